//! The resource ID of a flexible server, and its short form.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The resource ID of a flexible server. Comparison is case-insensitive, as in ARM.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ServerId {
    pub subscription: String,
    pub resource_group: String,
    pub name: String,
}

impl ServerId {
    /// The resource ID, which is also the path of its GET request.
    pub fn path(&self) -> String {
        format!(
            "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.DBforPostgreSQL/flexibleServers/{}",
            self.subscription, self.resource_group, self.name
        )
    }
}

impl PartialEq for ServerId {
    fn eq(&self, other: &Self) -> bool {
        self.path().eq_ignore_ascii_case(&other.path())
    }
}

impl fmt::Display for ServerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path())
    }
}

impl From<ServerId> for String {
    fn from(id: ServerId) -> String {
        id.path()
    }
}

impl TryFrom<String> for ServerId {
    type Error = TargetError;
    fn try_from(text: String) -> Result<Self, TargetError> {
        text.parse()
    }
}

/// Why a text is not the resource ID of a flexible server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    #[error(
        "`{0}` is not a flexible server's resource id; give `/subscriptions/<id>/resourceGroups/<group>/providers/\
         Microsoft.DBforPostgreSQL/flexibleServers/<name>` or `<subscription>/<group>/<name>` \
         (`az postgres flexible-server show --resource-group <group> --name <name> --query id` prints it)"
    )]
    Malformed(String),
    #[error("in the resource id `{text}`, `{part}` is not {what}; correct it")]
    Part {
        text: String,
        part: String,
        what: &'static str,
    },
    #[error(
        "`{0}` is the resource id of another kind of resource; a flexible server's contains \
         `/providers/Microsoft.DBforPostgreSQL/flexibleServers/`"
    )]
    OtherResource(String),
    #[error(
        "`{0}` is a host name; give the server's resource id instead \
         (`az postgres flexible-server list --query \"[?fullyQualifiedDomainName=='{0}'].id\" --output tsv` prints it)"
    )]
    HostName(String),
}

impl FromStr for ServerId {
    type Err = TargetError;

    /// Parses a resource ID or `subscription/group/name`.
    fn from_str(text: &str) -> Result<Self, TargetError> {
        let text = text.trim();
        let parts: Vec<&str> = text.trim_matches('/').split('/').collect();
        let named = |subscription: &str, resource_group: &str, name: &str| {
            let id = ServerId {
                subscription: subscription.to_owned(),
                resource_group: resource_group.to_owned(),
                name: name.to_owned(),
            };
            match id.odd_part() {
                None => Ok(id),
                Some((part, what)) => Err(TargetError::Part {
                    text: text.to_owned(),
                    part: part.to_owned(),
                    what,
                }),
            }
        };
        match parts.as_slice() {
            [kw_s, s, kw_g, g, kw_p, provider, kind, n]
                if kw_s.eq_ignore_ascii_case("subscriptions")
                    && kw_g.eq_ignore_ascii_case("resourceGroups")
                    && kw_p.eq_ignore_ascii_case("providers") =>
            {
                let ours = provider.eq_ignore_ascii_case("Microsoft.DBforPostgreSQL")
                    && kind.eq_ignore_ascii_case("flexibleServers");
                if ours {
                    named(s, g, n)
                } else {
                    Err(TargetError::OtherResource(text.to_owned()))
                }
            }
            [s, g, n] => named(s, g, n),
            [host] if host.contains(".postgres.") => Err(TargetError::HostName((*host).to_owned())),
            _ => Err(TargetError::Malformed(text.to_owned())),
        }
    }
}

/// Whether `text` has the form of a subscription ID, which is a GUID.
pub(super) fn is_guid(text: &str) -> bool {
    text.len() == 36 && text.chars().all(|c| c.is_ascii_hexdigit() || c == '-')
}

impl ServerId {
    /// The first part that violates ARM's naming rules, with the rule. An invalid part could change the request path.
    fn odd_part(&self) -> Option<(&str, &'static str)> {
        let group = (1..=90).contains(&self.resource_group.chars().count())
            && self
                .resource_group
                .chars()
                .all(|c| c.is_alphanumeric() || "-_.()".contains(c))
            && !self.resource_group.ends_with('.');
        let name = (3..=63).contains(&self.name.len())
            && self
                .name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !self.name.starts_with('-');
        let parts = [
            (
                is_guid(&self.subscription),
                &self.subscription,
                "the id of a subscription, which is a GUID",
            ),
            (
                group,
                &self.resource_group,
                "the name of a resource group: letters, digits and `-_.()`, 90 at most",
            ),
            (
                name,
                &self.name,
                "the name of a server: 3 to 63 letters, digits and hyphens",
            ),
        ];
        let odd = parts.into_iter().find(|(fits, _, _)| !fits);
        odd.map(|(_, part, what)| (part.as_str(), what))
    }
}
