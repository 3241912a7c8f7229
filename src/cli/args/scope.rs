//! Arguments of an audit: its scope in Azure, and the filter of its servers. `--from` replays a recording, whose servers
//! can only be filtered by name.

use clap::Args as ClapArgs;

use crate::config::fleet_scope::{
    FleetScope, ResourceGroup, parse_management_group, parse_subscription,
};
use crate::config::server_filter::{ServerFilter, TagFilter, parse_tier};

#[derive(Debug, Clone, ClapArgs)]
pub struct ScopeArgs {
    /// A subscription; give it once for each
    #[arg(long = "subscription", value_name = "ID", value_parser = parse_subscription, conflicts_with = "from", help_heading = "What to audit")]
    subscriptions: Vec<String>,
    /// A management group with all subscriptions below it
    #[arg(long = "management-group", value_name = "ID", value_parser = parse_management_group, conflicts_with = "from", help_heading = "What to audit")]
    management_groups: Vec<String>,
    /// A resource group: its resource id, or subscription/name
    #[arg(
        long = "resource-group",
        value_name = "ID",
        conflicts_with = "from",
        help_heading = "What to audit"
    )]
    resource_groups: Vec<ResourceGroup>,
}

#[derive(Debug, Clone, ClapArgs)]
pub struct FilterArgs {
    /// Only servers in this location
    #[arg(
        long = "location",
        value_name = "NAME",
        conflicts_with = "from",
        help_heading = "Which of it"
    )]
    locations: Vec<String>,
    /// Only servers with this tag; with several, all of them
    #[arg(
        long = "tag",
        value_name = "NAME[=VALUE]",
        conflicts_with = "from",
        help_heading = "Which of it"
    )]
    tags: Vec<TagFilter>,
    /// Only servers whose name fits: `*` is any text, `?` any character
    #[arg(long = "name", value_name = "PATTERN", help_heading = "Which of it")]
    names: Vec<String>,
    /// Only servers of this tier: Burstable, GeneralPurpose, MemoryOptimized
    #[arg(long = "tier", value_name = "TIER", value_parser = parse_tier, conflicts_with = "from", help_heading = "Which of it")]
    tiers: Vec<String>,
}

impl ScopeArgs {
    pub(crate) fn to_scope(&self) -> FleetScope {
        FleetScope {
            subscriptions: self.subscriptions.clone(),
            management_groups: self.management_groups.clone(),
            resource_groups: self.resource_groups.clone(),
            hosts: Vec::new(),
        }
    }
}

impl FilterArgs {
    pub(crate) fn to_filter(&self) -> ServerFilter {
        let filters = self.clone();
        ServerFilter {
            locations: filters.locations,
            tags: filters.tags,
            names: filters.names,
            tiers: filters.tiers,
        }
    }
}
