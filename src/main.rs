//! Entry point: parses the arguments, runs the command, prints, and returns the exit code.
//!
//! An Azure Pipelines agent scans both output streams for logging commands. Text from other sources is therefore
//! neutralized before it is printed.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::Parser;
use flexready::cli::{Cli, Console, in_pipeline};
use flexready::inputs::arm::is_loud_target;
use flexready::report::azure_pipelines::could_not_run;
use flexready::report::text::{defused, visible};
use tracing_subscriber::filter::{FilterFn, LevelFilter};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    log(cli.verbose, cli.quiet);
    let (is_piped, is_quiet) = (cli.speaks_to_pipeline(), cli.quiet);
    let (mut out, mut progress) = (anstream::stdout(), io::stderr());
    let shows_progress = io::stderr().is_terminal() && !is_quiet;
    let mut console = Console {
        out: &mut out,
        progress: shows_progress.then_some(&mut progress),
    };
    match cli.run(&mut console) {
        Ok(output) => {
            // A broken pipe is not an error: the reader stopped early, and the exit code does not change.
            let written = anstream::stdout().lock().write_all(output.text.as_bytes());
            match written {
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                    fail(&error.to_string(), is_piped, 2)
                }
                _ => ExitCode::from(output.exit_code),
            }
        }
        Err(error) => fail(&error.to_string(), is_piped, error.exit_code()),
    }
}

fn fail(message: &str, is_piped: bool, code: u8) -> ExitCode {
    let style = anstyle::Style::new()
        .bold()
        .fg_color(Some(anstyle::AnsiColor::Red.into()));
    let message = visible(message);
    // If stderr is closed, the exit code is the only signal left.
    let _ = writeln!(anstream::stderr(), "{style}error:{style:#} {message}");
    if is_piped {
        let _ = writeln!(io::stderr(), "{}", could_not_run(&message));
    }
    ExitCode::from(code)
}

/// Prints clap's output: help and version to stdout, argument errors to stderr. Errors quote the arguments, so the
/// text is neutralized.
fn usage(error: &clap::Error) -> ExitCode {
    let text = defused(&error.render().ansi().to_string());
    if !error.use_stderr() {
        let _ = write!(anstream::stdout(), "{text}");
        return ExitCode::SUCCESS;
    }
    let _ = write!(anstream::stderr(), "{text}");
    if in_pipeline() {
        let whole = error.render().to_string();
        let first = whole.lines().next().unwrap_or_default();
        let first = visible(first.trim_start_matches("error: "));
        let _ = writeln!(io::stderr(), "{}", could_not_run(&first));
    }
    ExitCode::from(2)
}

fn log(verbose: u8, quiet: bool) {
    let level = match (quiet, verbose) {
        (true, _) => LevelFilter::ERROR,
        (false, 0) => LevelFilter::WARN,
        (false, 1) => LevelFilter::INFO,
        (false, 2) => LevelFilter::DEBUG,
        (false, _) => LevelFilter::TRACE,
    };
    // Libraries that log whole requests would log tokens, so they are silenced at every level.
    let quiet_libraries = FilterFn::new(|metadata| !is_loud_target(metadata.target()));
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(|| Defused)
        .with_ansi(has_colours(&io::stderr()))
        .with_target(verbose > 0)
        .without_time();
    tracing_subscriber::registry()
        .with(lines.with_filter(level).with_filter(quiet_libraries))
        .init();
}

/// Whether a stream gets colors: not pipes or files, and not when NO_COLOR is set.
fn has_colours(stream: &impl anstream::stream::RawStream) -> bool {
    anstream::AutoStream::choice(stream) != anstream::ColorChoice::Never
}

/// Stderr for log lines, which can quote text from servers. The subscriber writes each event in one call.
struct Defused;

impl Write for Defused {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = defused(&String::from_utf8_lossy(event)).replace('\r', "\\r");
        io::stderr().write_all(text.as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
