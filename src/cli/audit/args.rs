//! Arguments of `flexready audit`.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::running::Shown;
use crate::cli::Error;
use crate::cli::check::Judging;
use crate::cli::connect::Ways;
use crate::cli::environment::env;
use crate::cli::showing::{Format, Showing};
use crate::plan::API_VERSION;
use crate::plan::file::Plan;
use crate::plan::fleet::{
    Filter, Fleet, ResourceGroup, Shard, Tag, management_group, subscription, tier,
};

/// IDs of the options that do not apply to a recording. It contains the answers of one run, and its servers can only be
/// filtered by name.
const LIVE_ALONE: [&str; 14] = [
    "subscriptions",
    "management_groups",
    "resource_groups",
    "locations",
    "tags",
    "tiers",
    "auth",
    "source_auth",
    "target_auth",
    "cloud",
    "timeout",
    "api_version",
    "record",
    "resume",
];

#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(flatten)]
    places: Places,
    #[command(flatten)]
    meant: Meant,
    /// A plan file, flexready.toml: its migrations are audited too, with their sources; with `--from`, its waivers and severities hold
    #[arg(long, value_name = "FILE", help_heading = "What to audit")]
    pub(super) plan: Option<PathBuf>,
    /// Audit the K-th of N parts alone; `azure-pipelines`: as the variables of a parallel job say
    #[arg(long, value_name = "K/N", help_heading = "What to audit")]
    shard: Option<String>,
    #[command(flatten)]
    pub(super) ways: Ways,
    /// The api-version to ask Microsoft.DBforPostgreSQL with
    #[arg(long, value_name = "DATE", default_value = API_VERSION, help_heading = "Asking")]
    pub(super) api_version: String,
    /// Keep all answers in a new folder
    #[arg(long, value_name = "DIR", help_heading = "Recordings")]
    pub(super) record: Option<PathBuf>,
    /// Judge a recorded fleet instead of live servers
    #[arg(long, value_name = "DIR", conflicts_with_all = LIVE_ALONE, help_heading = "Recordings")]
    pub(super) from: Option<PathBuf>,
    /// Go on with a recorded run: ask only what was refused; with its places and filters, what could not be listed is looked through too
    #[arg(long, value_name = "DIR", help_heading = "Recordings")]
    pub(super) resume: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) showing: Showing,
    #[command(flatten)]
    pub(super) judging: Judging,
}

#[derive(Debug, Clone, ClapArgs)]
struct Places {
    /// A subscription; give it once for each
    #[arg(long = "subscription", value_name = "ID", value_parser = subscription, help_heading = "What to audit")]
    subscriptions: Vec<String>,
    /// A management group with all subscriptions below it
    #[arg(long = "management-group", value_name = "ID", value_parser = management_group, help_heading = "What to audit")]
    management_groups: Vec<String>,
    /// A resource group: its resource id, or subscription/name
    #[arg(
        long = "resource-group",
        value_name = "ID",
        help_heading = "What to audit"
    )]
    resource_groups: Vec<ResourceGroup>,
}

#[derive(Debug, Clone, ClapArgs)]
struct Meant {
    /// Only servers in this location
    #[arg(long = "location", value_name = "NAME", help_heading = "Which of it")]
    locations: Vec<String>,
    /// Only servers with this tag; with several, all of them
    #[arg(
        long = "tag",
        value_name = "NAME[=VALUE]",
        help_heading = "Which of it"
    )]
    tags: Vec<Tag>,
    /// Only servers whose name fits: `*` is any text, `?` any character
    #[arg(long = "name", value_name = "PATTERN", help_heading = "Which of it")]
    names: Vec<String>,
    /// Only servers of this tier: Burstable, GeneralPurpose, MemoryOptimized
    #[arg(long = "tier", value_name = "TIER", value_parser = tier, help_heading = "Which of it")]
    tiers: Vec<String>,
}

impl Args {
    pub(super) fn fleet(&self) -> Fleet {
        Fleet {
            subscriptions: self.places.subscriptions.clone(),
            management_groups: self.places.management_groups.clone(),
            resource_groups: self.places.resource_groups.clone(),
            hosts: Vec::new(),
        }
    }

    pub(super) fn filter(&self) -> Filter {
        let meant = self.meant.clone();
        Filter {
            locations: meant.locations,
            tags: meant.tags,
            names: meant.names,
            tiers: meant.tiers,
        }
    }

    pub(super) fn part(&self) -> Result<Option<Shard>, Error> {
        let part = self.shard.as_deref().map(|text| match text {
            "azure-pipelines" => Shard::of_pipeline(&env),
            text => text.parse(),
        });
        Ok(part.transpose()?)
    }

    pub(super) fn plan(&self) -> Result<Option<Plan>, Error> {
        let checks: Vec<&str> = crate::checks::all().map(|c| c.id).collect();
        let plan = self.plan.as_deref().map(|path| Plan::read(path, &checks));
        Ok(plan.transpose()?)
    }

    pub(super) fn shown(&self) -> Shown {
        Shown {
            streams: self.showing.format() == Format::Ndjson,
            keeps_checks: self.showing.format() != Format::Ndjson || self.showing.out.is_some(),
        }
    }
}
