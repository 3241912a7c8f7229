//! Errors of the command line: invalid arguments, plans and recordings, and output that cannot be written. Failures of
//! servers are part of the report (`question::Failure`).

use std::path::PathBuf;

use crate::inputs::arm::ArmError;
use crate::inputs::postgres::conninfo::ConninfoError;
use crate::inputs::recording::RecordingError;
use crate::plan::file::PlanError;
use crate::plan::fleet::FleetError;
use crate::plan::{ResourceIdError, TargetError};
use crate::report::MergeError;

/// An error that ends a command. Each message contains the remedy.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error(transparent)]
    Resource(#[from] ResourceIdError),
    #[error(transparent)]
    Plan(#[from] PlanError),
    #[error(transparent)]
    Source(#[from] ConninfoError),
    /// An invalid connection string, with where it was specified.
    #[error("{place}: {fault}")]
    Conninfo { place: String, fault: ConninfoError },
    #[error(transparent)]
    Azure(#[from] ArmError),
    #[error(transparent)]
    Recording(#[from] RecordingError),
    #[error(
        "{place} holds a password; leave it out there and set PGPASSWORD, use a password file (PGPASSFILE, ~/.pgpass), or point \
         to it with `source_password_env` or `source_password_file` (`target_…`)"
    )]
    PasswordInPlan { place: String },
    #[error(
        "{place} has no `{side}`; add one, give `--{side}`, or judge the other side alone with `--only {other}`"
    )]
    SideNotPlanned {
        place: String,
        side: &'static str,
        other: &'static str,
    },
    #[error(
        "no {side} was given; give `--{side}`, or judge the other side alone with `--only {other}`"
    )]
    SideNotGiven {
        side: &'static str,
        other: &'static str,
    },
    #[error(
        "`--target-auth entra` has no database to sign in to; give `--target-url 'host=<server>.postgres.database.azure.com user=<role>'`, \
         or leave it out"
    )]
    NoWayToTarget,
    #[error("`{option}` has no say with `--only {side}`; leave out one of them")]
    LeftOver {
        option: &'static str,
        side: &'static str,
    },
    #[error(
        "the plan's migration has a target already, so there is none to size for `--location`; leave out one of them"
    )]
    LocationBesideTarget,
    #[error(
        "`--location` is asked for a subscription, since what it offers differs by subscription; give `--subscription ID`, or \
         set AZURE_SUBSCRIPTION_ID"
    )]
    LocationAlone,
    #[error("`--subscription` has no say without `--location`; give both, or neither")]
    SubscriptionAlone,
    #[error("{0}")]
    NoSuchCheck(String),
    #[error(
        "`{path}` is no report that this version reads: {why}; give a report.json, or a recording"
    )]
    NoReport { path: PathBuf, why: String },
    #[error(
        "the recording was kept, but its replay says otherwise than the answers did ({what}); please tell the makers of flexready"
    )]
    ReplayDiffers { what: String },
    #[error("the recording holds no migration; record again")]
    NothingRecorded,
    #[error("the recording holds no migration `{name}`; it has {names}")]
    NotRecorded { name: String, names: String },
    #[error(
        "the recording holds {count} migrations; choose one with `--migration NAME`: {names}; or judge all with `flexready audit --from`"
    )]
    AmbiguousRecording { count: usize, names: String },
    #[error(
        "`--migration` chooses one of a plan or of a recording; name that with `--plan FILE` or `--from DIR`"
    )]
    NameWithoutPlan,
    #[error("cannot write reports to `{path}`: {source}; name another folder with `--out`")]
    Unwritable {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("cannot start the run: {0}")]
    Runtime(std::io::Error),
    #[error(transparent)]
    Fleet(#[from] FleetError),
    #[error(transparent)]
    Merge(#[from] MergeError),
    #[error(
        "nothing to audit; name `--subscription`, `--management-group`, `--resource-group` or `--plan`, or a recording \
         with `--from`"
    )]
    NothingToAudit,
    #[error("the migration `{name}` of the plan has neither a `source` nor a `target`; add one")]
    NothingToMigrate { name: String },
    #[error(
        "the plan points to the environment variable `{name}` for a password, and it is not set; set it"
    )]
    NoPasswordVariable { name: String },
    #[error("cannot read the password from `{path}`: {source}; the plan points there")]
    NoPasswordFile {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error(
        "the recording was made of sources too; name its plan with `--plan`, which says how to reach them"
    )]
    PlanToResume,
    #[error(
        "part {part} cannot be taken of the recording of part {of}, which holds no other server; leave `--shard` out, or name the \
         recording of the whole"
    )]
    PartOfPart { part: String, of: String },
    #[error(
        "the recording was made {}; give the same filters, or leave out places and filters to go on with what it holds",
        said(filter)
    )]
    OtherFilter { filter: Vec<String> },
    #[error(
        "the recording holds a migration `{name}` to another target than the plan; give that of the plan another name, or audit again"
    )]
    OtherTarget { name: String },
    #[error("{0}")]
    HostNotFound(String),
    #[error("cannot write to stdout: {0}")]
    Unprintable(std::io::Error),
}

/// Describes the filter options of a recording.
fn said(filter: &[String]) -> String {
    match filter {
        [] => "without filters".to_owned(),
        filter => format!("with `{}`", filter.join(" ")),
    }
}

impl Error {
    /// Exit code 3 if the host name of the target was not found in Azure, otherwise 2.
    pub fn exit_code(&self) -> u8 {
        match self {
            Error::HostNotFound(_) => 3,
            _ => 2,
        }
    }
}
