//! `flexready audit`: many servers, one report.
//! Here: the arguments, and the report that comes of them. Not here: what there is to audit (`search`, of a recording
//! `replay`), the run (`running`).

mod gathered;
mod replay;
mod running;
mod search;

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args as ClapArgs;

use super::check::Judging;
use super::connect::{Ways, block_on};
use super::environment::env;
use super::out::Out;
use super::showing::{Format, Showing};
use super::{Console, Error, Output};
use crate::Width;
use crate::checks::command::quote;
use crate::inputs::fleet::Interrupt;
use crate::inputs::recording::{FleetRecorder, Recording, now};
use crate::plan::API_VERSION;
use crate::plan::file::Plan;
use crate::plan::fleet::{
    Filter, Fleet, FleetNote, ResourceGroup, Shard, Tag, management_group, subscription, tier,
};
use crate::plan::judging::Rules;
use crate::question::{Answers, Origin};
use crate::report::{self, Report};
use crate::verdict::Policy;
use running::{Run, Shown, looking};
use search::Search;

/// A fleet of any size has an hour, unless the user says otherwise.
const TIME: Duration = Duration::from_secs(3_600);

/// What a recording cannot be asked for: it holds the answers of its run, and of its servers no more than names to choose by.
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
    plan: Option<PathBuf>,
    /// Audit the K-th of N parts alone; `azure-pipelines`: as the variables of a parallel job say
    #[arg(long, value_name = "K/N", help_heading = "What to audit")]
    shard: Option<String>,
    #[command(flatten)]
    ways: Ways,
    /// The api-version to ask Microsoft.DBforPostgreSQL with
    #[arg(long, value_name = "DATE", default_value = API_VERSION, help_heading = "Asking")]
    api_version: String,
    /// Keep all answers in a new folder
    #[arg(long, value_name = "DIR", help_heading = "Recordings")]
    record: Option<PathBuf>,
    /// Judge a recorded fleet instead of live servers
    #[arg(long, value_name = "DIR", conflicts_with_all = LIVE_ALONE, help_heading = "Recordings")]
    from: Option<PathBuf>,
    /// Go on with a recorded run: ask only what was refused; with its places and filters, what could not be listed is looked through too
    #[arg(long, value_name = "DIR", help_heading = "Recordings")]
    resume: Option<PathBuf>,
    #[command(flatten)]
    pub(super) showing: Showing,
    #[command(flatten)]
    judging: Judging,
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
    fn fleet(&self) -> Fleet {
        Fleet {
            subscriptions: self.places.subscriptions.clone(),
            management_groups: self.places.management_groups.clone(),
            resource_groups: self.places.resource_groups.clone(),
            hosts: Vec::new(),
        }
    }

    fn filter(&self) -> Filter {
        let meant = self.meant.clone();
        Filter {
            locations: meant.locations,
            tags: meant.tags,
            names: meant.names,
            tiers: meant.tiers,
        }
    }

    fn part(&self) -> Result<Option<Shard>, Error> {
        let part = self.shard.as_deref().map(|text| match text {
            "azure-pipelines" => Shard::of_pipeline(&env),
            text => text.parse(),
        });
        Ok(part.transpose()?)
    }

    fn plan(&self) -> Result<Option<Plan>, Error> {
        let checks: Vec<&str> = crate::checks::all().map(|c| c.id).collect();
        let plan = self.plan.as_deref().map(|path| Plan::read(path, &checks));
        Ok(plan.transpose()?)
    }

    fn shown(&self) -> Shown {
        Shown {
            streams: self.showing.format() == Format::Ndjson,
            keeps_checks: self.showing.format() != Format::Ndjson || self.showing.out.is_some(),
        }
    }
}

pub(super) fn run(args: &Args, console: &mut Console) -> Result<Output, Error> {
    let plan = args.plan()?;
    let rules = plan.as_ref().map(|p| p.rules.clone());
    let policy = Policy {
        rules: rules.unwrap_or_else(Rules::default),
        ..args.judging.policy()?
    };
    let out = args.showing.out.as_deref();
    let out = out.map(Out::prepare).transpose()?;
    let report = match &args.from {
        Some(folder) => replay::run(
            args,
            &Recording::open(folder)?,
            plan.as_ref(),
            &policy,
            console,
        )?,
        None => live(args, plan.as_ref(), &policy, console)?,
    };
    if !args.shown().streams {
        return args.showing.show(&report, out, console);
    }
    out.map(|out| out.write(&report)).transpose()?;
    let last = report::fleet_line(&report).unwrap_or_default();
    console.print(|out| out.write_all(last.as_bytes()))?;
    Ok(Output {
        text: String::new(),
        exit_code: report.exit_code,
    })
}

/// With 16 requests at once, so many servers keep them busy; each holds about a megabyte while it is asked about.
const LIVE: Width = Width {
    subscriptions: 24,
    migrations: 24,
};

fn live(
    args: &Args,
    plan: Option<&Plan>,
    policy: &Policy,
    console: &mut Console,
) -> Result<Report, Error> {
    let before = args.resume.as_deref().map(Recording::open).transpose()?;
    if args.fleet().is_empty() && plan.is_none() && before.is_none() {
        return Err(Error::NothingToAudit);
    }
    let timeout = args.ways.timeout.unwrap_or(TIME);
    let search = Search {
        fleet: args.fleet(),
        filter: args.filter(),
        part: args.part()?,
        plan,
        before: before.as_ref(),
        ways: &args.ways,
        api_version: &args.api_version,
        timeout,
        interrupt: Interrupt::default(),
    };
    let start = match &before {
        // The oldest answers say how old the whole is.
        Some(before) => before.start(),
        None => Answers::new(now(), Origin::Recorded),
    };
    let prepared = search.prepare()?;
    let recorder = args
        .record
        .as_deref()
        .map(FleetRecorder::create)
        .transpose()?;
    let work = async {
        looking(console);
        let found = search.found(prepared, start.clone()).await?;
        if let Some(recorder) = &recorder {
            recorder.keep(None, &found.answers)?;
        }
        let (migrations, note) = (found.migrations(), found.note.clone());
        let run = Run {
            start: &start,
            policy,
            width: LIVE,
            recorder: recorder.as_ref(),
            shown: args.shown(),
        };
        let azure = found.azure.clone();
        let members = found.members;
        let judged = run
            .watched(members, console, &search.interrupt, azure.as_deref())
            .await?;
        let note = FleetNote {
            interrupted: search.interrupt.is_set(),
            ..note
        };
        let asker = azure.map(|azure| crate::inputs::Source::asker(&*azure));
        Ok::<_, Error>((judged, migrations, note, asker.unwrap_or_default()))
    };
    let (judged, migrations, note, asker) = block_on(true, work)??;
    let mut start = start;
    start.asker = asker.clone();
    if let (true, Some(recording)) = (note.interrupted, &args.record) {
        tracing::warn!("interrupted; `{}` goes on", going_on(args, recording));
    }
    if let Some(recorder) = recorder {
        recorder.finish(migrations, note.clone(), asker, start.recorded_at)?;
    }
    Ok(report::assemble(judged, &start, policy, Some(note)))
}

/// The command that asks what an interrupted run left, and keeps all of it beside.
fn going_on(args: &Args, recording: &Path) -> String {
    let folder = recording.to_string_lossy();
    let (stem, archive) = match folder.strip_suffix(".tar.gz") {
        Some(stem) => (stem, ".tar.gz"),
        None => (folder.trim_end_matches('/'), ""),
    };
    let free = |number: &u32| !Path::new(&format!("{stem}-{number}{archive}")).exists();
    let number = (2..).find(free).unwrap_or(2);
    let plan = args.plan.as_ref();
    let plan = plan.map(|plan| format!(" --plan {}", quote(&plan.to_string_lossy())));
    format!(
        "flexready audit --resume {} --record {}{}",
        quote(&folder),
        quote(&format!("{stem}-{number}{archive}")),
        plan.unwrap_or_default()
    )
}
