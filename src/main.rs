//! Arguments in, exit code out; the only place that prints. Whatever it prints on either stream, an agent of Azure Pipelines
//! reads for commands: what comes from others is made harmless before.

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
            // A reader who closed the pipe has read enough; the verdict stands.
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
    // Nowhere to complain to when stderr is gone; the exit code says it.
    let _ = writeln!(anstream::stderr(), "{style}error:{style:#} {message}");
    if is_piped {
        let _ = writeln!(io::stderr(), "{}", could_not_run(&message));
    }
    ExitCode::from(code)
}

/// What clap has to say: help and version for stdout, or what is wrong with the arguments, which it quotes.
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
    // Libraries that log whole requests would log tokens: they are silent at every level.
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

/// As everything else that is written: not into pipes and files, and not where NO_COLOR says so.
fn has_colours(stream: &impl anstream::stream::RawStream) -> bool {
    anstream::AutoStream::choice(stream) != anstream::ColorChoice::Never
}

/// Stderr for log lines, which quote what servers said. The subscriber writes an event at once.
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
