//! The scope of an audit in Azure: subscriptions, management groups and resource groups. Server discovery is in
//! `facts::discovery`.

mod filter;
mod place;
mod shard;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use filter::{Filter, Tag, Traits, tier};
pub use place::{ResourceGroup, management_group, subscription};
pub use shard::Shard;

/// The Azure scopes of an audit. If it is empty, only migrations of a plan are audited.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fleet {
    pub subscriptions: Vec<String>,
    pub management_groups: Vec<String>,
    pub resource_groups: Vec<ResourceGroup>,
    /// Targets of which only the host name is known.
    pub hosts: Vec<String>,
}

impl Fleet {
    /// Whether there is nothing to discover.
    pub fn is_empty(&self) -> bool {
        self.subscriptions.is_empty()
            && self.management_groups.is_empty()
            && self.resource_groups.is_empty()
            && self.hosts.is_empty()
    }

    /// A short label for each scope.
    pub fn words(&self) -> Vec<String> {
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
pub struct FleetNote {
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
    pub unread: Vec<UnreadNote>,
    /// Whether the user ended the run early.
    #[serde(default)]
    pub interrupted: bool,
}

impl FleetNote {
    /// Whether the audit covered the whole fleet: no filter, no shard, no unread scope, no interruption.
    pub fn is_whole(&self) -> bool {
        let is_all = self.filter.is_empty() && self.shards.is_empty();
        is_all && self.unread.is_empty() && !self.interrupted
    }
}

/// A place whose servers could not be listed, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct UnreadNote {
    pub place: String,
    pub reason: String,
}

impl UnreadNote {
    /// Describes the unread scope and the reason in one sentence.
    pub fn words(&self) -> String {
        format!("not read: {}: {}", self.place, self.reason)
    }
}

/// An invalid scope, filter or shard.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FleetError {
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
    #[error("`{0}` is no tag; give NAME or NAME=VALUE")]
    Tag(String),
    #[error("`{0}` is no tier; give Burstable, GeneralPurpose or MemoryOptimized")]
    Tier(String),
    #[error(
        "`{0}` is no part of a whole; give K/N such as 2/5, or `azure-pipelines`; N is {most} at most",
        most = shard::MOST_PARTS
    )]
    Shard(String),
    #[error(
        "`--shard azure-pipelines` needs SYSTEM_JOBPOSITIONINPHASE and SYSTEM_TOTALJOBSINPHASE, which Azure Pipelines \
         sets in jobs with `strategy: parallel`; set that, or give K/N"
    )]
    NoParallelJob,
}
