//! Arguments in, exit code out; the only place that prints.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use flexready::cli::Cli;
use flexready::inputs::arm::is_loud_target;
use flexready::report::text::visible;
use tracing_subscriber::filter::{FilterFn, LevelFilter};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

fn main() -> ExitCode {
    let cli = Cli::parse();
    log(cli.verbose, cli.quiet);
    match cli.run() {
        Ok(output) => {
            // A reader who closed the pipe has read enough; the verdict stands.
            let written = anstream::stdout().lock().write_all(output.text.as_bytes());
            match written {
                Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                    fail(&error.to_string())
                }
                _ => ExitCode::from(output.exit_code),
            }
        }
        Err(error) => fail(&error.to_string()),
    }
}

fn fail(message: &str) -> ExitCode {
    let style = anstyle::Style::new()
        .bold()
        .fg_color(Some(anstyle::AnsiColor::Red.into()));
    // Nowhere to complain to when stderr is gone; the exit code says it.
    let _ = writeln!(
        anstream::stderr(),
        "{style}error:{style:#} {}",
        visible(message)
    );
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
        .with_writer(std::io::stderr)
        .without_time();
    tracing_subscriber::registry()
        .with(lines.with_filter(level).with_filter(quiet_libraries))
        .init();
}
