//! The command line: parses arguments and runs a command. Commands write to a [`Console`] or return text; only `main`
//! prints.

mod audit;
mod check;
mod connect;
mod details;
mod diff;
mod duration;
mod environment;
mod error;
mod explain;
mod fix;
mod grants;
mod man;
mod meant;
mod merge;
mod out;
mod record;
mod reports;
mod said;
mod showing;
mod template;

use std::io::{self, Write};

use clap::{CommandFactory, Parser, Subcommand};

use crate::plan::file::schema;
use crate::plan::judging::no_such_check;
use crate::report;
use showing::Format;

pub use error::Error;
pub use showing::in_pipeline;

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
    Check(Box<check::Args>),
    /// Judge all servers of subscriptions, of a management group, or all migrations of a plan
    Audit(Box<audit::Args>),
    /// Make one report of the parts of a fleet
    Merge(merge::Args),
    /// Ask all that a check needs and keep the answers, without judging
    Record(Box<record::Args>),
    /// What changed between two reports or recordings: exit 1 when something got worse
    Diff(diff::Args),
    /// The commands that mend what a check found, as a bash script for a person or a pipeline to run
    Fix(Box<fix::Args>),
    /// The rights that a read-only auditor needs, as a script and an Azure role
    Grants(grants::Args),
    /// What one check asks, why, and what to do about it
    Explain(explain::Args),
    /// List all checks
    Checks(explain::ListArgs),
    /// The JSON schema of the report, or of the plan file
    Schema {
        /// Of what
        #[arg(default_value = "report")]
        of: Schema,
    },
    /// A template to start from
    Template(template::Args),
    /// A completion script for a shell
    Completions { shell: clap_complete::Shell },
    /// The manual page, as roff
    Man,
}

/// The schemas that `flexready schema` prints.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Schema {
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
    fn print(&mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
        match write(self.out).and_then(|()| self.out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(Error::Unprintable(error))
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
    pub fn run(self, console: &mut Console) -> Result<Output, Error> {
        match self.verb {
            Verb::Check(args) => check::run(&args, console),
            Verb::Record(args) => record::run(&args),
            Verb::Diff(args) => diff::run(&args),
            Verb::Fix(args) => fix::run(&args),
            Verb::Grants(args) => grants::run(&args),
            Verb::Explain(args) => explain::run(&args),
            Verb::Checks(args) => Ok(explain::list(&args)),
            Verb::Audit(args) => audit::run(&args, console),
            Verb::Merge(args) => merge::run(&args, console),
            Verb::Schema { of: Schema::Report } => Ok(Output::text(report::schema())),
            Verb::Schema { of: Schema::Plan } => Ok(Output::text(schema())),
            Verb::Template(args) => Ok(Output::text(args.text())),
            Verb::Completions { shell } => Ok(completions(shell)),
            Verb::Man => Ok(Output::text(man::page())),
        }
    }

    /// Whether errors are also printed as Azure Pipelines logging commands.
    pub fn speaks_to_pipeline(&self) -> bool {
        match &self.verb {
            Verb::Check(args) => args.showing.format() == Format::AzurePipelines,
            Verb::Audit(args) => args.showing.format() == Format::AzurePipelines,
            _ => in_pipeline(),
        }
    }
}

fn completions(shell: clap_complete::Shell) -> Output {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "flexready", &mut script);
    Output::text(String::from_utf8_lossy(&script).into_owned())
}

/// The check with this ID, or an error that suggests similar IDs.
fn known_check(id: &str) -> Result<&'static crate::checks::Check, Error> {
    let unknown = || Error::NoSuchCheck(no_such_check(id, crate::checks::all().map(|c| c.id)));
    crate::checks::find(id).ok_or_else(unknown)
}

/// The output width in columns: COLUMNS if set, otherwise the terminal width, otherwise 100.
fn layout() -> report::plain::Layout {
    let columns = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    let terminal = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    report::plain::Layout {
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
