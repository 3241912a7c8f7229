//! Errors of the command line: invalid arguments, plans and recordings, and output that cannot be written. Failures of
//! servers are part of the report (`question::Failure`).

use std::path::PathBuf;

use crate::backend::arm::ArmError;
use crate::backend::postgres::conninfo::ConninfoError;
use crate::backend::recording::RecordingError;
use crate::config::AzureIdError;
use crate::config::fleet_scope::FleetScopeError;
use crate::config::plan_file::PlanError;
use crate::config::shard::ShardError;
use crate::report::MergeError;

/// An error that ends a command. Each message contains the remedy.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    #[error(transparent)]
    AzureId(#[from] AzureIdError),
    #[error(transparent)]
    Plan(#[from] PlanError),
    #[error(transparent)]
    ConnectionString(#[from] ConninfoError),
    /// An invalid connection string, with where it was specified.
    #[error("{place}: {fault}")]
    ConnectionStringAt { place: String, fault: ConninfoError },
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
    SideMissingInPlan {
        place: String,
        side: &'static str,
        other: &'static str,
    },
    #[error(
        "no {side} was given; give `--{side}`, or judge the other side alone with `--only {other}`"
    )]
    SideMissing {
        side: &'static str,
        other: &'static str,
    },
    #[error(
        "`--target-auth entra` has no database to sign in to; give `--target-url 'host=<server>.postgres.database.azure.com user=<role>'`, \
         or leave it out"
    )]
    TargetUrlMissing,
    #[error("`{option}` has no say with `--only {side}`; leave out one of them")]
    UnusedOption { option: String, side: &'static str },
    #[error(
        "the plan's migration has a target already, so there is none to size for `--location`; leave out one of them"
    )]
    LocationWithTarget,
    #[error(
        "`--location` is asked for a subscription, since what it offers differs by subscription; give `--subscription ID`, or \
         set AZURE_SUBSCRIPTION_ID"
    )]
    LocationWithoutSubscription,
    #[error("`--subscription` has no say without `--location`; give both, or neither")]
    SubscriptionWithoutLocation,
    #[error("{0}")]
    UnknownCheck(String),
    #[error(
        "`{path}` is no report that this version reads: {why}; give a report.json, or a recording"
    )]
    NotAReport { path: PathBuf, why: String },
    #[error(
        "the recording was kept, but its replay says otherwise than the answers did ({what}); please tell the makers of flexready"
    )]
    ReplayDiffers { what: String },
    #[error("the recording holds no migration; record again")]
    EmptyRecording,
    #[error("the recording holds no migration `{name}`; it has {names}")]
    MigrationNotRecorded { name: String, names: String },
    #[error(
        "the recording holds {count} migrations; choose one with `--migration NAME`: {names}; or judge all with `flexready audit --from`"
    )]
    AmbiguousRecording { count: usize, names: String },
    #[error(
        "`--migration` chooses one of a plan or of a recording; name that with `--plan FILE` or `--from DIR`"
    )]
    MigrationWithoutPlan,
    #[error("cannot write reports to `{path}`: {source}; name another folder with `--out`")]
    ReportNotWritten {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("cannot start the run: {0}")]
    Runtime(std::io::Error),
    #[error(transparent)]
    FleetScope(#[from] FleetScopeError),
    #[error(transparent)]
    Shard(#[from] ShardError),
    #[error(transparent)]
    Merge(#[from] MergeError),
    #[error(
        "nothing to audit; name `--subscription`, `--management-group`, `--resource-group` or `--plan`, or a recording \
         with `--from`"
    )]
    NothingToAudit,
    #[error("the migration `{name}` of the plan has neither a `source` nor a `target`; add one")]
    NoSourceOrTarget { name: String },
    #[error(
        "the plan points to the environment variable `{name}` for a password, and it is not set; set it"
    )]
    PasswordVariableNotSet { name: String },
    #[error("cannot read the password from `{path}`: {source}; the plan points there")]
    PasswordFileUnreadable {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error(
        "the recording was made of sources too; name its plan with `--plan`, which says how to reach them"
    )]
    ResumeNeedsPlan,
    #[error(
        "part {part} cannot be taken of the recording of part {of}, which holds no other server; leave `--shard` out, or name the \
         recording of the whole"
    )]
    ShardOfShard { part: String, of: String },
    #[error(
        "the recording was made {}; give the same filters, or leave out places and filters to go on with what it holds",
        describe_filter(filter)
    )]
    FilterMismatch { filter: Vec<String> },
    #[error(
        "the recording holds a migration `{name}` to another target than the plan; give that of the plan another name, or audit again"
    )]
    TargetMismatch { name: String },
    #[error("{0}")]
    HostNotFound(String),
    #[error("cannot write to stdout: {0}")]
    StdoutNotWritten(std::io::Error),
}

/// Describes the filter options of a recording.
fn describe_filter(filter: &[String]) -> String {
    match filter {
        [] => "without filters".to_owned(),
        filter => format!("with `{}`", filter.join(" ")),
    }
}

impl CliError {
    /// Exit code 3 if the host name of the target was not found in Azure, otherwise 2.
    pub fn exit_code(&self) -> u8 {
        match self {
            CliError::HostNotFound(_) => 3,
            _ => 2,
        }
    }
}
