//! The command line: parses arguments and runs a command. Commands write to a [`Console`] or return text; only `main`
//! prints.

mod args;
mod audit;
mod ci;
mod commands;
mod console;
mod env;
mod error;
mod live_run;
mod load_plan;
mod load_report;
mod output_dir;
mod recorded_migration;
mod resolve;
mod runtime;
mod terminal;

use args::output::ReportFormat;
use clap::{CommandFactory, Parser, Subcommand};

use crate::config::plan_file::plan_schema;
use crate::report;

pub use ci::is_azure_pipelines;
pub use console::{Console, Output};
pub use error::CliError;

/// The version with its source commit, set by `build.rs`.
const VERSION: &str = env!("FLEXREADY_BUILD");

/// Can this PostgreSQL be migrated into that Azure Database for PostgreSQL flexible server now?
#[derive(Debug, Parser)]
#[command(
    name = "flexready",
    version = VERSION,
    max_term_width = 110
)]
#[command(
    after_help = "Exit codes: 0 ready, 1 not ready, 2 could not run, 3 incomplete (something that may hide a blocker was not \
                  answered)."
)]
pub struct Cli {
    /// Say more on stderr; twice for more still
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub verbose: u8,
    /// Say nothing on stderr but errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Judge one migration: live, or from a recording
    Check(Box<commands::check::CheckArgs>),
    /// Judge all servers of subscriptions, of a management group, or all migrations of a plan
    Audit(Box<audit::args::AuditArgs>),
    /// Make one report of the parts of a fleet
    Merge(commands::merge::MergeArgs),
    /// Ask all that a check needs and keep the answers, without judging
    Record(Box<commands::record::RecordArgs>),
    /// What changed between two reports or recordings: exit 1 when something got worse
    Diff(commands::diff::DiffArgs),
    /// The commands that mend what a check found, as a bash script for a person or a pipeline to run
    Fix(Box<commands::fix::FixArgs>),
    /// The rights that a read-only auditor needs, as a script and an Azure role
    Grants(commands::grants::GrantsArgs),
    /// What one check asks, why, and what to do about it
    Explain(commands::explain::ExplainArgs),
    /// List all checks
    Checks(commands::explain::ChecksArgs),
    /// The JSON schema of the report, or of the plan file
    Schema {
        /// Of what
        #[arg(default_value = "report")]
        of: SchemaKind,
    },
    /// A template to start from
    Template(commands::template::TemplateArgs),
    /// A completion script for a shell
    Completions { shell: clap_complete::Shell },
    /// The manual page, as roff
    Man,
}

/// The schemas that `flexready schema` prints.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum SchemaKind {
    Report,
    Plan,
}

impl Cli {
    /// Runs the command.
    ///
    /// # Errors
    /// Errors before the first question, and output that cannot be written. Failures of servers are part of the report.
    pub fn run(self, console: &mut Console) -> Result<Output, CliError> {
        match self.verb {
            Verb::Check(args) => commands::check::run(&args, console),
            Verb::Record(args) => commands::record::run(&args),
            Verb::Diff(args) => commands::diff::run(&args),
            Verb::Fix(args) => commands::fix::run(&args),
            Verb::Grants(args) => commands::grants::run(&args),
            Verb::Explain(args) => commands::explain::run(&args),
            Verb::Checks(args) => Ok(commands::explain::list_checks(&args)),
            Verb::Audit(args) => audit::run(&args, console),
            Verb::Merge(args) => commands::merge::run(&args, console),
            Verb::Schema {
                of: SchemaKind::Report,
            } => Ok(Output::text(report::schema())),
            Verb::Schema {
                of: SchemaKind::Plan,
            } => Ok(Output::text(plan_schema())),
            Verb::Template(args) => Ok(Output::text(args.render())),
            Verb::Completions { shell } => Ok(completions(shell)),
            Verb::Man => Ok(Output::text(commands::man::render_manual(Cli::command()))),
        }
    }

    /// Whether errors are also printed as Azure Pipelines logging commands.
    pub fn uses_logging_commands(&self) -> bool {
        match &self.verb {
            Verb::Check(args) => {
                args.output_args.effective_format() == ReportFormat::AzurePipelines
            }
            Verb::Audit(args) => {
                args.output_args.effective_format() == ReportFormat::AzurePipelines
            }
            _ => is_azure_pipelines(),
        }
    }
}

fn completions(shell: clap_complete::Shell) -> Output {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "flexready", &mut script);
    Output::text(String::from_utf8_lossy(&script).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clap_definition_is_valid() {
        Cli::command().debug_assert();
    }
}
