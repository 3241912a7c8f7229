//! The scope of an audit in Azure: subscriptions, management groups and resource groups. Server discovery is in
//! `facts::discovery`.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::azure_id::is_guid;

/// The Azure scopes of an audit. If it is empty, only migrations of a plan are audited.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FleetScope {
    pub subscriptions: Vec<String>,
    pub management_groups: Vec<String>,
    pub resource_groups: Vec<ResourceGroup>,
    /// Targets of which only the host name is known.
    pub hosts: Vec<String>,
}

impl FleetScope {
    /// Whether there is nothing to discover.
    pub fn is_empty(&self) -> bool {
        self.subscriptions.is_empty()
            && self.management_groups.is_empty()
            && self.resource_groups.is_empty()
            && self.hosts.is_empty()
    }

    /// A short label for each scope.
    pub fn labels(&self) -> Vec<String> {
        let subscriptions = self
            .subscriptions
            .iter()
            .map(|s| format!("subscription {s}"));
        let groups = self.management_groups.iter();
        let groups = groups.map(|g| format!("management group {g}"));
        let resource_groups = self
            .resource_groups
            .iter()
            .map(|g| format!("resource group {g}"));
        subscriptions.chain(groups).chain(resource_groups).collect()
    }
}

/// What a run over many servers has to say beside its migrations. A recording and a report keep it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FleetSummary {
    /// What was audited: subscriptions, management groups, resource groups, a plan.
    pub scope: Vec<String>,
    /// Migrations of the plan and servers that were found, before any filter and over all parts of the fleet.
    pub found: usize,
    /// Those of them that are meant: after the filters, over all parts.
    pub meant: usize,
    /// Which of what was found is meant, as it was asked for: `--tag env=prod`; empty: all of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filter: Vec<String>,
    /// Which parts of the fleet this is, such as `2/5`; empty: all of it.
    #[serde(default)]
    pub shards: Vec<String>,
    /// Places whose servers could not be listed, or not all of them.
    #[serde(default)]
    pub unread: Vec<UnreadScope>,
    /// Whether the user ended the run early.
    #[serde(default)]
    pub interrupted: bool,
}

impl FleetSummary {
    /// Whether the audit covered the whole fleet: no filter, no shard, no unread scope, no interruption.
    pub fn is_complete(&self) -> bool {
        let is_all = self.filter.is_empty() && self.shards.is_empty();
        is_all && self.unread.is_empty() && !self.interrupted
    }
}

/// A place whose servers could not be listed, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct UnreadScope {
    pub place: String,
    pub reason: String,
}

impl UnreadScope {
    /// Describes the unread scope and the reason in one sentence.
    pub fn describe(&self) -> String {
        format!("not read: {}: {}", self.place, self.reason)
    }
}

/// An invalid scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FleetScopeError {
    #[error("`{0}` is not the id of a subscription; `az account list --output table` lists them")]
    Subscription(String),
    #[error(
        "`{0}` is not the name of a management group; `az account management-group list` lists them"
    )]
    ManagementGroup(String),
    #[error(
        "`{0}` is not a resource group; give `/subscriptions/<id>/resourceGroups/<name>`, or `<subscription>/<name>`"
    )]
    ResourceGroup(String),
}

/// A resource group in a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceGroup {
    pub subscription: String,
    pub name: String,
}

impl fmt::Display for ResourceGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (subscription, name) = (&self.subscription, &self.name);
        write!(f, "/subscriptions/{subscription}/resourceGroups/{name}")
    }
}

impl FromStr for ResourceGroup {
    type Err = FleetScopeError;

    /// Parses `/subscriptions/<id>/resourceGroups/<name>` or `<subscription>/<name>`.
    fn from_str(text: &str) -> Result<Self, FleetScopeError> {
        let parts: Vec<&str> = text.trim().trim_matches('/').split('/').collect();
        let (subscription, name) = match parts.as_slice() {
            [s, subscription, g, name]
                if s.eq_ignore_ascii_case("subscriptions")
                    && g.eq_ignore_ascii_case("resourceGroups") =>
            {
                (subscription, name)
            }
            [subscription, name] => (subscription, name),
            _ => return Err(FleetScopeError::ResourceGroup(text.to_owned())),
        };
        if !is_guid(subscription) || !is_valid_name(name) {
            return Err(FleetScopeError::ResourceGroup(text.to_owned()));
        }
        Ok(ResourceGroup {
            subscription: (*subscription).to_owned(),
            name: (*name).to_owned(),
        })
    }
}

/// Parses a subscription ID. It is validated because it becomes part of request paths.
///
/// # Errors
/// The text is not a GUID.
pub fn parse_subscription(text: &str) -> Result<String, FleetScopeError> {
    let text = text.trim();
    let bare = text.strip_prefix("/subscriptions/").unwrap_or(text);
    if is_guid(bare) {
        Ok(bare.to_owned())
    } else {
        Err(FleetScopeError::Subscription(text.to_owned()))
    }
}

/// Parses the name or the resource ID of a management group, and returns the name.
///
/// # Errors
/// The name contains invalid characters.
pub fn parse_management_group(text: &str) -> Result<String, FleetScopeError> {
    let bare = text.trim().rsplit('/').next().unwrap_or_default();
    if is_valid_name(bare) {
        Ok(bare.to_owned())
    } else {
        Err(FleetScopeError::ManagementGroup(text.to_owned()))
    }
}

fn is_valid_name(text: &str) -> bool {
    let is_valid_char = |c: char| c.is_alphanumeric() || "-_.()".contains(c);
    (1..=90).contains(&text.chars().count())
        && text.chars().all(is_valid_char)
        && !text.ends_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUBSCRIPTION: &str = "11111111-2222-4333-8444-555555555555";

    #[test]
    fn scopes_are_parsed_in_long_and_short_form() {
        let group = format!("/subscriptions/{SUBSCRIPTION}/resourcegroups/rg-a");
        assert_eq!(
            group.parse::<ResourceGroup>().map(|g| g.name),
            Ok("rg-a".to_owned())
        );
        assert!("rg-a".parse::<ResourceGroup>().is_err());
        assert!(
            format!("{SUBSCRIPTION}/a?b")
                .parse::<ResourceGroup>()
                .is_err()
        );
        assert!(
            parse_subscription("production").is_err() && parse_subscription(SUBSCRIPTION).is_ok()
        );
        assert_eq!(
            parse_management_group("/providers/Microsoft.Management/managementGroups/mg-1"),
            Ok("mg-1".to_owned())
        );
        assert!(parse_management_group("a b").is_err());
    }
}
