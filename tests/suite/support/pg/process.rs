//! The process of a server: started on a free port, and ended with the tests however they end.

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::home::Home;

pub(super) const POLL: Duration = Duration::from_millis(10);
const PATIENCE: Duration = Duration::from_secs(60);
const TRIES: usize = 5;

/// Runs the server and listens to the tests. A line on stdin is the signal to send. The end of stdin means that the
/// tests have gone, by kill -9 even: the server ends at once and its home goes too. It exits when the server does.
/// (PR_SET_PDEATHSIG would need unsafe code, and fires when the thread that spawned ends.)
const WATCH: &str = r#"
home=$1; shift
exec 3<&0
"$@" </dev/null 3<&- &
server=$!
{ read -r signal || { signal=QUIT; touch "$home/orphaned"; }; kill -s "$signal" "$server"; } <&3 &
listener=$!
exec 3<&-
wait "$server"; status=$?
kill "$listener" 2>/dev/null
[ ! -e "$home/orphaned" ] || rm -rf "$home"
exit "$status"
"#;

/// A server's process; ends it when dropped.
pub(super) struct Process {
    watch: Child,
}

impl Process {
    /// Starts the server of this home on a free port. Another process may take the port before the server does, so one
    /// that finds it taken is started again on another.
    pub(super) fn start(home: &Home) -> Result<(Process, u16), String> {
        let mut taken = String::new();
        for _ in 0..TRIES {
            let port = free_port();
            match Process::start_at(home, port) {
                Ok(process) => return Ok((process, port)),
                Err(error) if error.contains("Address already in use") => taken = error,
                Err(error) => return Err(error),
            }
        }
        Err(taken)
    }

    /// Starts the server of this home on this port, and returns when it takes connections.
    pub(super) fn start_at(home: &Home, port: u16) -> Result<Process, String> {
        let log = home
            .append_log()
            .map_err(|error| format!("its log cannot be written: {error}"))?;
        let mut command = home.command("/bin/sh".as_ref());
        command
            .args(["-c", WATCH, "watch"])
            .arg(home.root())
            .arg(home.program("postgres"));
        command
            .arg("-D")
            .arg(home.data())
            .args(["-p", &port.to_string()]);
        command
            .stdin(Stdio::piped())
            .stderr(log.try_clone().expect("a file handle can be doubled"))
            .stdout(log);
        // A Ctrl-C at the terminal is for the tests; their end is what ends the servers
        let watch = command
            .process_group(0)
            .spawn()
            .map_err(|error| format!("no process: {error}"))?;
        let mut process = Process { watch };
        process.wait_until_ready(home).map(|()| process)
    }

    fn wait_until_ready(&mut self, home: &Home) -> Result<(), String> {
        let since = Instant::now();
        while !is_ready(home) {
            if let Some(status) = self.watch.try_wait().map_err(|error| error.to_string())? {
                return Err(format!("it ended ({status}), saying:\n{}", home.log()));
            }
            if since.elapsed() > PATIENCE {
                return Err(format!(
                    "it was not ready after {PATIENCE:?}, saying:\n{}",
                    home.log()
                ));
            }
            thread::sleep(POLL);
        }
        Ok(())
    }

    /// Ends the server as an operator would (fast shutdown), so that it starts again without recovery.
    pub(super) fn stop(mut self) {
        self.end_by("INT");
    }

    fn end_by(&mut self, signal: &str) {
        if let Some(mut listener) = self.watch.stdin.take() {
            // A watch that has ended already cannot be written to, and needs not
            let _ = writeln!(listener, "{signal}");
            let _ = self.watch.wait();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end_by("QUIT");
    }
}

/// The last line of postmaster.pid says so, since PostgreSQL 10.
fn is_ready(home: &Home) -> bool {
    let said = fs::read_to_string(home.data().join("postmaster.pid")).unwrap_or_default();
    said.lines()
        .nth(7)
        .is_some_and(|status| ["ready", "standby"].contains(&status.trim()))
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    listener
        .local_addr()
        .expect("a bound socket has an address")
        .port()
}
