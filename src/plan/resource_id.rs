//! The resource id of anything in Azure: what network resources are named by. Not here: a flexible server's (`server_id`).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A resource id with its place in a subscription and a resource group. Compares without regard to case, as ARM does.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ResourceId(String);

/// Why a resource id was not understood.
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
    /// The id as it was given: also the path of its GET.
    pub fn path(&self) -> &str {
        &self.0
    }

    /// The last name in it.
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    pub fn resource_group(&self) -> &str {
        self.0.split('/').nth(4).unwrap_or_default()
    }

    pub fn subscription(&self) -> &str {
        self.0.split('/').nth(2).unwrap_or_default()
    }

    /// Whether it names a resource of this type: `Microsoft.Network/virtualNetworks/subnets`.
    pub fn is_of(&self, kind: &str) -> bool {
        let mut parts = self.0.split('/').skip(6);
        let provider = parts.next();
        let types: Vec<&str> = parts.step_by(2).collect();
        let own = format!("{}/{}", provider.unwrap_or_default(), types.join("/"));
        own.eq_ignore_ascii_case(kind)
    }

    /// What the resource is a child of: a subnet's virtual network.
    pub fn parent(&self) -> Option<ResourceId> {
        let mut up = self.0.rsplitn(3, '/');
        let parent = up.nth(2)?;
        parent.parse().ok()
    }

    /// This id, when it is a virtual network's.
    ///
    /// # Errors
    /// It is the id of something else.
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

    /// An id becomes the path of a request, so nothing is let in that could make it another path or a query.
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
    fn ids_compare_without_case_and_know_their_kind() {
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
    fn nothing_else_is_taken_for_an_id() {
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
