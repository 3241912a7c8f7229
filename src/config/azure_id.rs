//! The resource ID of a flexible server, and its short form.

use std::fmt;
use std::hash::{Hash, Hasher};
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

impl Eq for ServerId {}

impl Hash for ServerId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.path().to_ascii_lowercase().hash(state);
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
    type Error = ServerIdError;
    fn try_from(text: String) -> Result<Self, ServerIdError> {
        text.parse()
    }
}

/// Why a text is not the resource ID of a flexible server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServerIdError {
    #[error(
        "`{0}` is not a flexible server's resource id; give `/subscriptions/<id>/resourceGroups/<group>/providers/\
         Microsoft.DBforPostgreSQL/flexibleServers/<name>` or `<subscription>/<group>/<name>` \
         (`az postgres flexible-server show --resource-group <group> --name <name> --query id` prints it)"
    )]
    Malformed(String),
    #[error("in the resource id `{text}`, `{part}` is not {what}; correct it")]
    InvalidPart {
        text: String,
        part: String,
        what: &'static str,
    },
    #[error(
        "`{0}` is the resource id of another kind of resource; a flexible server's contains \
         `/providers/Microsoft.DBforPostgreSQL/flexibleServers/`"
    )]
    WrongResourceType(String),
    #[error(
        "`{0}` is a host name; give the server's resource id instead \
         (`az postgres flexible-server list --query \"[?fullyQualifiedDomainName=='{0}'].id\" --output tsv` prints it)"
    )]
    HostName(String),
}

impl FromStr for ServerId {
    type Err = ServerIdError;

    /// Parses a resource ID or `subscription/group/name`.
    fn from_str(text: &str) -> Result<Self, ServerIdError> {
        let text = text.trim();
        let parts: Vec<&str> = text.trim_matches('/').split('/').collect();
        let build = |subscription: &str, resource_group: &str, name: &str| {
            let id = ServerId {
                subscription: subscription.to_owned(),
                resource_group: resource_group.to_owned(),
                name: name.to_owned(),
            };
            match id.invalid_part() {
                None => Ok(id),
                Some((part, what)) => Err(ServerIdError::InvalidPart {
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
                let is_flexible_server = provider.eq_ignore_ascii_case("Microsoft.DBforPostgreSQL")
                    && kind.eq_ignore_ascii_case("flexibleServers");
                if is_flexible_server {
                    build(s, g, n)
                } else {
                    Err(ServerIdError::WrongResourceType(text.to_owned()))
                }
            }
            [s, g, n] => build(s, g, n),
            [host] if host.contains(".postgres.") => {
                Err(ServerIdError::HostName((*host).to_owned()))
            }
            _ => Err(ServerIdError::Malformed(text.to_owned())),
        }
    }
}

/// Whether `text` has the form of a subscription ID, which is a GUID.
pub(crate) fn is_guid(text: &str) -> bool {
    text.len() == 36 && text.chars().all(|c| c.is_ascii_hexdigit() || c == '-')
}

impl ServerId {
    /// The first part that violates ARM's naming rules, with the rule. An invalid part could change the request path.
    fn invalid_part(&self) -> Option<(&str, &'static str)> {
        let is_valid_group = (1..=90).contains(&self.resource_group.chars().count())
            && self
                .resource_group
                .chars()
                .all(|c| c.is_alphanumeric() || "-_.()".contains(c))
            && !self.resource_group.ends_with('.');
        let is_valid_name = (3..=63).contains(&self.name.len())
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
                is_valid_group,
                &self.resource_group,
                "the name of a resource group: letters, digits and `-_.()`, 90 at most",
            ),
            (
                is_valid_name,
                &self.name,
                "the name of a server: 3 to 63 letters, digits and hyphens",
            ),
        ];
        let invalid = parts.into_iter().find(|(fits, _, _)| !fits);
        invalid.map(|(_, part, what)| (part.as_str(), what))
    }
}

/// The ID of a resource in a resource group. Comparison is case-insensitive, as in ARM.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ResourceId(String);

/// Why a text is not a resource ID, or not of the required type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResourceIdError {
    #[error(
        "`{0}` is not a resource id; one looks like `/subscriptions/<id>/resourceGroups/<group>/providers/\
         <provider>/<type>/<name>`"
    )]
    Malformed(String),
    #[error(
        "`{0}` is not the resource id of a virtual network; \
         `az network vnet show --resource-group <group> --name <name> --query id` prints one"
    )]
    NotAVirtualNetwork(String),
}

impl ResourceId {
    /// The ID in its original case, which is also the path of its GET request.
    pub fn path(&self) -> &str {
        &self.0
    }

    /// The name of the resource: the last segment.
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    pub fn resource_group(&self) -> &str {
        self.0.split('/').nth(4).unwrap_or_default()
    }

    pub fn subscription(&self) -> &str {
        self.0.split('/').nth(2).unwrap_or_default()
    }

    /// Whether the resource has this type, such as `Microsoft.Network/virtualNetworks/subnets`.
    pub fn has_type(&self, kind: &str) -> bool {
        let mut parts = self.0.split('/').skip(6);
        let provider = parts.next();
        let types: Vec<&str> = parts.step_by(2).collect();
        let own = format!("{}/{}", provider.unwrap_or_default(), types.join("/"));
        own.eq_ignore_ascii_case(kind)
    }

    /// The ID of the parent resource, such as the virtual network of a subnet.
    pub fn parent(&self) -> Option<ResourceId> {
        let mut segments = self.0.rsplitn(3, '/');
        let parent = segments.nth(2)?;
        parent.parse().ok()
    }

    /// Returns this ID if the resource is a virtual network.
    ///
    /// # Errors
    /// The resource has another type.
    pub fn require_virtual_network(self) -> Result<Self, ResourceIdError> {
        if self.has_type("Microsoft.Network/virtualNetworks") {
            Ok(self)
        } else {
            Err(ResourceIdError::NotAVirtualNetwork(self.0))
        }
    }
}

impl PartialEq for ResourceId {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for ResourceId {}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<ResourceId> for String {
    fn from(id: ResourceId) -> String {
        id.0
    }
}

impl TryFrom<String> for ResourceId {
    type Error = ResourceIdError;
    fn try_from(text: String) -> Result<Self, ResourceIdError> {
        text.parse()
    }
}

impl FromStr for ResourceId {
    type Err = ResourceIdError;

    /// Parses a resource ID. Because it becomes a request path, characters that could change the path or add a query
    /// are rejected.
    fn from_str(text: &str) -> Result<Self, ResourceIdError> {
        let text = text.trim().trim_end_matches('/');
        let parts: Vec<&str> = text.split('/').collect();
        let keyword = |at: usize, word: &str| {
            parts
                .get(at)
                .is_some_and(|part: &&str| part.eq_ignore_ascii_case(word))
        };
        let has_valid_prefix = parts[0].is_empty()
            && keyword(1, "subscriptions")
            && keyword(3, "resourceGroups")
            && keyword(5, "providers");
        let has_valid_length = parts.len() >= 9 && parts.len() % 2 == 1;
        if has_valid_prefix
            && has_valid_length
            && parts[1..].iter().all(|part| is_valid_segment(part))
        {
            Ok(ResourceId(text.to_owned()))
        } else {
            Err(ResourceIdError::Malformed(text.to_owned()))
        }
    }
}

fn is_valid_segment(part: &str) -> bool {
    let is_valid_char = |c: char| c.is_alphanumeric() || "-_.()@".contains(c);
    !part.is_empty() && part.chars().all(is_valid_char) && part != "." && part != ".."
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUBNET: &str =
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/a";

    #[test]
    fn resource_id_comparison_is_case_insensitive_and_the_type_is_known() {
        let id: ResourceId = SUBNET.parse().expect("an id");
        assert_eq!(id, SUBNET.to_uppercase().parse().expect("an id"));
        assert!(id.has_type("microsoft.network/VirtualNetworks/subnets"));
        assert!(!id.has_type("Microsoft.Network/virtualNetworks"));
        let network = id.parent().expect("a network");
        assert!(network.has_type("Microsoft.Network/virtualNetworks"));
        assert_eq!((network.name(), network.resource_group()), ("v", "g"));
        assert!(network.parent().is_none());
        assert!(id.require_virtual_network().is_err());
    }

    #[test]
    fn invalid_resource_ids_are_rejected() {
        let others = [
            "",
            "vnet-prod",
            "/subscriptions/s/resourceGroups/g",
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/../x",
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v?x=1",
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets",
            "https://example.org/subscriptions/s/resourceGroups/g/providers/p/t/n",
        ];
        for other in others {
            assert!(other.parse::<ResourceId>().is_err(), "{other}");
        }
    }
}
