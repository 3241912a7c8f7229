//! Entry point: parses the arguments, runs the command, prints, and returns the exit code.
//!
//! An Azure Pipelines agent scans both output streams for logging commands. Text from other sources is therefore
//! neutralized before it is printed.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::Parser;
use flexready::backend::arm::logs_requests;
use flexready::cli::{Cli, Console, is_azure_pipelines};
use flexready::report::formats::azure_pipelines::could_not_run_issue;
use flexready::report::sanitize::{escape_control, neutralize_commands};
use tracing_subscriber::filter::{FilterFn, LevelFilter};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return print_clap_output(&error),
    };
    init_logging(cli.verbose, cli.quiet);
    let (is_piped, is_quiet) = (cli.uses_logging_commands(), cli.quiet);
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
                    report_error(&error.to_string(), is_piped, 2)
                }
                _ => ExitCode::from(output.exit_code),
            }
        }
        Err(error) => report_error(&error.to_string(), is_piped, error.exit_code()),
    }
}

fn report_error(message: &str, is_piped: bool, code: u8) -> ExitCode {
    let style = anstyle::Style::new()
        .bold()
        .fg_color(Some(anstyle::AnsiColor::Red.into()));
    let message = escape_control(message);
    // If stderr is closed, the exit code is the only signal left.
    let _ = writeln!(anstream::stderr(), "{style}error:{style:#} {message}");
    if is_piped {
        let _ = writeln!(io::stderr(), "{}", could_not_run_issue(&message));
    }
    ExitCode::from(code)
}

/// Prints clap's output: help and version to stdout, argument errors to stderr. Errors quote the arguments, so the
/// text is neutralized.
fn print_clap_output(error: &clap::Error) -> ExitCode {
    let text = neutralize_commands(&error.render().ansi().to_string());
    if !error.use_stderr() {
        let _ = write!(anstream::stdout(), "{text}");
        return ExitCode::SUCCESS;
    }
    let _ = write!(anstream::stderr(), "{text}");
    if is_azure_pipelines() {
        let rendered = error.render().to_string();
        let first = rendered.lines().next().unwrap_or_default();
        let first = escape_control(first.trim_start_matches("error: "));
        let _ = writeln!(io::stderr(), "{}", could_not_run_issue(&first));
    }
    ExitCode::from(2)
}

fn init_logging(verbose: u8, quiet: bool) {
    let level = match (quiet, verbose) {
        (true, _) => LevelFilter::ERROR,
        (false, 0) => LevelFilter::WARN,
        (false, 1) => LevelFilter::INFO,
        (false, 2) => LevelFilter::DEBUG,
        (false, _) => LevelFilter::TRACE,
    };
    // Libraries that log whole requests would log tokens, so they are silenced at every level.
    let library_filter = FilterFn::new(|metadata| !logs_requests(metadata.target()));
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(|| SanitizedStderr)
        .with_ansi(has_colors(&io::stderr()))
        .with_target(verbose > 0)
        .without_time();
    tracing_subscriber::registry()
        .with(lines.with_filter(level).with_filter(library_filter))
        .init();
}

/// Whether a stream gets colors: not pipes or files, and not when NO_COLOR is set.
fn has_colors(stream: &impl anstream::stream::RawStream) -> bool {
    anstream::AutoStream::choice(stream) != anstream::ColorChoice::Never
}

/// Stderr for log lines, which can quote text from servers. The subscriber writes each event in one call.
struct SanitizedStderr;

impl Write for SanitizedStderr {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = neutralize_commands(&String::from_utf8_lossy(event)).replace('\r', "\\r");
        io::stderr().write_all(text.as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
