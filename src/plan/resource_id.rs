//! The resource ID of any Azure resource, such as a network resource.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

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
    pub fn is_of(&self, kind: &str) -> bool {
        let mut parts = self.0.split('/').skip(6);
        let provider = parts.next();
        let types: Vec<&str> = parts.step_by(2).collect();
        let own = format!("{}/{}", provider.unwrap_or_default(), types.join("/"));
        own.eq_ignore_ascii_case(kind)
    }

    /// The ID of the parent resource, such as the virtual network of a subnet.
    pub fn parent(&self) -> Option<ResourceId> {
        let mut up = self.0.rsplitn(3, '/');
        let parent = up.nth(2)?;
        parent.parse().ok()
    }

    /// Returns this ID if the resource is a virtual network.
    ///
    /// # Errors
    /// The resource has another type.
    pub fn of_virtual_network(self) -> Result<Self, ResourceIdError> {
        if self.is_of("Microsoft.Network/virtualNetworks") {
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
        let rooted = parts[0].is_empty()
            && keyword(1, "subscriptions")
            && keyword(3, "resourceGroups")
            && keyword(5, "providers");
        let whole = parts.len() >= 9 && parts.len() % 2 == 1;
        if rooted && whole && parts[1..].iter().all(|part| is_name(part)) {
            Ok(ResourceId(text.to_owned()))
        } else {
            Err(ResourceIdError::Malformed(text.to_owned()))
        }
    }
}

fn is_name(part: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || "-_.()@".contains(c);
    !part.is_empty() && part.chars().all(fits) && part != "." && part != ".."
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
        assert!(id.is_of("microsoft.network/VirtualNetworks/subnets"));
        assert!(!id.is_of("Microsoft.Network/virtualNetworks"));
        let network = id.parent().expect("a network");
        assert!(network.is_of("Microsoft.Network/virtualNetworks"));
        assert_eq!((network.name(), network.resource_group()), ("v", "g"));
        assert!(network.parent().is_none());
        assert!(id.of_virtual_network().is_err());
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
