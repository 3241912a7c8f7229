//! No answer, `Debug` output or log line contains a password.

use std::io::Write;
use std::sync::{Arc, Mutex};

use super::{about, connect_options};
use crate::support::pg::{PgServer, ServerOptions};

const CANARY: &str = "canary-8d1f";

/// Collects the lines of the `log` crate that contain the canary. tokio-postgres and rustls log there.
struct CanaryLogger;

static LEAKED_LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());
static LOGGED_LINES: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);

impl log::Log for CanaryLogger {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        LOGGED_LINES.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let line = format!("{} {}", record.target(), record.args());
        if line.contains(CANARY) {
            LEAKED_LINES.lock().unwrap().push(line);
        }
    }

    fn flush(&self) {}
}

#[derive(Clone, Default)]
struct TraceBuffer(Arc<Mutex<Vec<u8>>>);

impl Write for TraceBuffer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_password_is_in_no_output() {
    let hba = "host all by_md5 127.0.0.1/32 md5\nhost all by_plain 127.0.0.1/32 password\nhost all all 127.0.0.1/32 scram-sha-256\n";
    let server = PgServer::start_with_options(
        16,
        ServerOptions {
            hba: Some(hba),
            ..ServerOptions::default()
        },
    );
    server.run(
        "postgres",
        &format!("CREATE ROLE right_one LOGIN PASSWORD '{CANARY}'"),
    );
    server.run(
        "postgres",
        "CREATE ROLE by_md5 LOGIN PASSWORD 'x'; CREATE ROLE by_plain LOGIN PASSWORD 'x'",
    );
    // Not earlier, because the launcher's connection logs the statements that set the passwords
    log::set_logger(&CanaryLogger).expect("no other test listens to the log");
    log::set_max_level(log::LevelFilter::Trace);
    let trace_buffer = TraceBuffer::default();
    let writer = trace_buffer.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let mut output = String::new();
    let closed = "127.0.0.1:1";
    let open = format!("127.0.0.1:{}", server.port());
    for (user, address, rest) in [
        ("right_one", open.as_str(), "postgres"),
        ("right_one", &open, "absent"),
        ("by_md5", &open, "postgres"),
        ("by_plain", &open, "postgres"),
        ("postgres", &open, "postgres?sslmode=require"),
        ("postgres", &open, "postgres?channel_binding=require"),
        ("postgres", closed, "postgres"),
        ("postgres", "no.such.host.invalid", "postgres"),
    ] {
        let conninfo = format!("postgresql://{user}:{CANARY}@{address}/{rest}");
        output += &format!(
            "{:?}{:?}",
            connect_options(&conninfo),
            about(&conninfo).await
        );
    }
    assert!(!output.contains(CANARY), "{output}");
    assert!(
        LOGGED_LINES.load(std::sync::atomic::Ordering::Relaxed) > 0,
        "the log is listened to"
    );
    assert_eq!(*LEAKED_LINES.lock().unwrap(), Vec::<String>::new());
    let traced = String::from_utf8_lossy(&trace_buffer.0.lock().unwrap()).into_owned();
    assert!(!traced.contains(CANARY), "{traced}");
}
