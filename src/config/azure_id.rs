//! The IDs of Azure resources: of flexible servers, also in a short form, and of other resources.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

const SERVER_TYPE: &str = "Microsoft.DBforPostgreSQL/flexibleServers";

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
    type Error = AzureIdError;
    fn try_from(text: String) -> Result<Self, AzureIdError> {
        text.parse()
    }
}

/// Why a text is not the ID of a resource, or not of the required type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AzureIdError {
    #[error(
        "`{0}` is not a flexible server's resource id; give `/subscriptions/<id>/resourceGroups/<group>/providers/\
         Microsoft.DBforPostgreSQL/flexibleServers/<name>` or `<subscription>/<group>/<name>` \
         (`az postgres flexible-server show --resource-group <group> --name <name> --query id` prints it)"
    )]
    NotAServer(String),
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
    #[error(
        "`{0}` is not a resource id; one looks like `/subscriptions/<id>/resourceGroups/<group>/providers/\
         <provider>/<type>/<name>`"
    )]
    NotAResource(String),
    #[error(
        "`{0}` is not the resource id of a virtual network; \
         `az network vnet show --resource-group <group> --name <name> --query id` prints one"
    )]
    NotAVirtualNetwork(String),
}

/// The segments of a resource ID.
struct IdSegments<'a> {
    subscription: &'a str,
    resource_group: &'a str,
    provider: &'a str,
    /// Type and name of the resource, after those of its parents.
    types_and_names: Vec<(&'a str, &'a str)>,
}

impl<'a> IdSegments<'a> {
    /// Splits a resource ID without its leading slash. Segments are not validated.
    fn parse(path: &'a str) -> Option<Self> {
        let mut segments = path.split('/');
        let mut keyword = |word: &str| {
            let is_word = segments.next()?.eq_ignore_ascii_case(word);
            segments.next().filter(|_| is_word)
        };
        let subscription = keyword("subscriptions")?;
        let resource_group = keyword("resourceGroups")?;
        let provider = keyword("providers")?;
        let mut types_and_names = Vec::new();
        while let Some(kind) = segments.next() {
            types_and_names.push((kind, segments.next()?));
        }
        (!types_and_names.is_empty()).then_some(IdSegments {
            subscription,
            resource_group,
            provider,
            types_and_names,
        })
    }

    /// The type of the resource, such as `Microsoft.Network/virtualNetworks/subnets`.
    fn resource_type(&self) -> String {
        let types = self.types_and_names.iter().map(|(kind, _)| *kind);
        let parts: Vec<&str> = std::iter::once(self.provider).chain(types).collect();
        parts.join("/")
    }

    fn has_type(&self, kind: &str) -> bool {
        self.resource_type().eq_ignore_ascii_case(kind)
    }
}

impl FromStr for ServerId {
    type Err = AzureIdError;

    /// Parses a resource ID or `subscription/group/name`.
    fn from_str(text: &str) -> Result<Self, AzureIdError> {
        let text = text.trim();
        let path = text.trim_matches('/');
        if let Some(id) = IdSegments::parse(path) {
            return match id.types_and_names.as_slice() {
                [(_, name)] if id.has_type(SERVER_TYPE) => {
                    ServerId::from_parts(text, [id.subscription, id.resource_group, name])
                }
                [_] => Err(AzureIdError::WrongResourceType(text.to_owned())),
                _ => Err(AzureIdError::NotAServer(text.to_owned())),
            };
        }
        match path.split('/').collect::<Vec<_>>().as_slice() {
            [subscription, group, name] => ServerId::from_parts(text, [subscription, group, name]),
            [host] if host.contains(".postgres.") => {
                Err(AzureIdError::HostName((*host).to_owned()))
            }
            _ => Err(AzureIdError::NotAServer(text.to_owned())),
        }
    }
}

/// Whether `text` has the form of a subscription ID, which is a GUID.
pub(crate) fn is_guid(text: &str) -> bool {
    text.len() == 36 && text.chars().all(|c| c.is_ascii_hexdigit() || c == '-')
}

impl ServerId {
    /// Builds the ID from subscription, resource group and name. `text` is the whole ID, for an error.
    fn from_parts(
        text: &str,
        [subscription, group, name]: [&str; 3],
    ) -> Result<Self, AzureIdError> {
        let id = ServerId {
            subscription: subscription.to_owned(),
            resource_group: group.to_owned(),
            name: name.to_owned(),
        };
        match id.invalid_part() {
            None => Ok(id),
            Some((part, what)) => Err(AzureIdError::InvalidPart {
                text: text.to_owned(),
                part: part.to_owned(),
                what,
            }),
        }
    }

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
        self.segments().resource_group
    }

    pub fn subscription(&self) -> &str {
        self.segments().subscription
    }

    /// Whether the resource has this type, such as `Microsoft.Network/virtualNetworks/subnets`.
    pub fn has_type(&self, kind: &str) -> bool {
        self.segments().has_type(kind)
    }

    fn segments(&self) -> IdSegments<'_> {
        let path = self.0.strip_prefix('/').unwrap_or(&self.0);
        IdSegments::parse(path).expect("the parser admits only resource IDs")
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
    pub fn require_virtual_network(self) -> Result<Self, AzureIdError> {
        if self.has_type("Microsoft.Network/virtualNetworks") {
            Ok(self)
        } else {
            Err(AzureIdError::NotAVirtualNetwork(self.0))
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
    type Error = AzureIdError;
    fn try_from(text: String) -> Result<Self, AzureIdError> {
        text.parse()
    }
}

impl FromStr for ResourceId {
    type Err = AzureIdError;

    /// Parses a resource ID. Because it becomes a request path, characters that could change the path or add a query
    /// are rejected.
    fn from_str(text: &str) -> Result<Self, AzureIdError> {
        let text = text.trim().trim_end_matches('/');
        let path = text.strip_prefix('/');
        let is_valid = path.is_some_and(|path| {
            IdSegments::parse(path).is_some() && path.split('/').all(is_valid_segment)
        });
        if is_valid {
            Ok(ResourceId(text.to_owned()))
        } else {
            Err(AzureIdError::NotAResource(text.to_owned()))
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
