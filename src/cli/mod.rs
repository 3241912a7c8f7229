//! The command line: parses arguments and runs a command. Commands write to a [`Console`] or return text; only `main`
//! prints.

pub mod args;
mod audit;
pub mod commands;
mod env;
mod error;
mod load_report;
mod output;
mod output_dir;
mod resolve;

use std::io;
use std::io::Write;

use clap::{CommandFactory, Parser, Subcommand};
use output::ReportFormat;

use crate::config::plan_file::plan_schema;
use crate::config::policy_rules::unknown_check_message;
use crate::report;

pub use error::CliError;
pub use output::is_azure_pipelines;

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
    Audit(Box<audit::AuditArgs>),
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

/// The streams that a long-running command writes to.
pub struct Console<'a> {
    /// Results: stdout.
    pub out: &'a mut dyn Write,
    /// Progress; `None` if stderr is not a terminal, or with `--quiet`.
    pub progress: Option<&'a mut dyn Write>,
}

impl Console<'_> {
    /// Writes to stdout. A broken pipe is ignored, so that the run continues and returns its verdict.
    fn print(
        &mut self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), CliError> {
        match write(self.out).and_then(|()| self.out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(CliError::StdoutNotWritten(error))
            }
            _ => Ok(()),
        }
    }
}

/// The result of a command, for `main` to print and return.
#[derive(Debug)]
pub struct Output {
    /// The text for stdout.
    pub text: String,
    pub exit_code: u8,
}

impl Output {
    fn text(text: String) -> Self {
        Output { text, exit_code: 0 }
    }
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
            Verb::Man => Ok(Output::text(commands::man::render_manual())),
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

/// The check with this ID, or an error that suggests similar IDs.
fn find_check(id: &str) -> Result<&'static crate::checks::Check, CliError> {
    let unknown = || {
        CliError::UnknownCheck(unknown_check_message(
            id,
            crate::checks::all().map(|c| c.id),
        ))
    };
    crate::checks::find(id).ok_or_else(unknown)
}

/// The output width in columns: COLUMNS if set, otherwise the terminal width, otherwise 100.
fn terminal_layout() -> report::formats::plain::PlainLayout {
    let columns = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    let terminal = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    report::formats::plain::PlainLayout {
        width: columns.or_else(terminal).unwrap_or(100),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clap_definition_is_valid() {
        Cli::command().debug_assert();
    }
}
