//! The process of a server: started on a free port, and stopped when the tests end for any reason.

use std::io::Write;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

use super::directories::ServerDirs;

pub(super) const POLL_INTERVAL: Duration = Duration::from_millis(10);
const STARTUP_TIMEOUT: Duration = Duration::from_secs(60);
const PORT_ATTEMPTS: usize = 5;

/// Runs the server and reads standard input. A line is the signal to send to the server.
/// The end of input means that the tests have ended, even by `kill -9`: the server stops immediately and its
/// directories are removed.
/// The script exits when the server exits.
/// (PR_SET_PDEATHSIG would need unsafe code, and fires when the spawning thread ends.)
const SUPERVISOR_SCRIPT: &str = r#"
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

/// The process of a server. It is stopped on drop.
pub(super) struct ServerProcess {
    supervisor: Child,
}

impl ServerProcess {
    /// Starts the server on a free port. Another process can take the port first, so a port conflict is retried on
    /// another port.
    pub(super) fn start(home: &ServerDirs) -> Result<(ServerProcess, u16), String> {
        let mut port_conflict = String::new();
        for _ in 0..PORT_ATTEMPTS {
            let port = free_port();
            match ServerProcess::start_at(home, port) {
                Ok(process) => return Ok((process, port)),
                Err(error) if error.contains("Address already in use") => port_conflict = error,
                Err(error) => return Err(error),
            }
        }
        Err(port_conflict)
    }

    /// Starts the server on this port, and returns when it accepts connections.
    pub(super) fn start_at(home: &ServerDirs, port: u16) -> Result<ServerProcess, String> {
        let log = home
            .open_log()
            .map_err(|error| format!("its log cannot be written: {error}"))?;
        let mut command = home.command("/bin/sh".as_ref());
        command
            .args(["-c", SUPERVISOR_SCRIPT, "watch"])
            .arg(home.root())
            .arg(home.program_path("postgres"));
        command
            .arg("-D")
            .arg(home.data_dir())
            .args(["-p", &port.to_string()]);
        command
            .stdin(Stdio::piped())
            .stderr(log.try_clone().expect("a file handle can be doubled"))
            .stdout(log);
        // Ctrl-C in the terminal is only for the tests. The servers stop when the tests end.
        let watch = command
            .process_group(0)
            .spawn()
            .map_err(|error| format!("no process: {error}"))?;
        let mut process = ServerProcess { supervisor: watch };
        process.wait_until_ready(home).map(|()| process)
    }

    fn wait_until_ready(&mut self, home: &ServerDirs) -> Result<(), String> {
        let since = Instant::now();
        while !is_ready(home) {
            if let Some(status) = self
                .supervisor
                .try_wait()
                .map_err(|error| error.to_string())?
            {
                return Err(format!("it ended ({status}), saying:\n{}", home.log()));
            }
            if since.elapsed() > STARTUP_TIMEOUT {
                return Err(format!(
                    "it was not ready after {STARTUP_TIMEOUT:?}, saying:\n{}",
                    home.log()
                ));
            }
            thread::sleep(POLL_INTERVAL);
        }
        Ok(())
    }

    /// Stops the server with a fast shutdown, so that it starts again without recovery.
    pub(super) fn stop(mut self) {
        self.stop_with_signal("INT");
    }

    fn stop_with_signal(&mut self, signal: &str) {
        if let Some(mut listener) = self.supervisor.stdin.take() {
            // Writing fails if the supervisor has already exited, and the signal is not needed then.
            let _ = writeln!(listener, "{signal}");
            let _ = self.supervisor.wait();
        }
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        self.stop_with_signal("QUIT");
    }
}

/// The last line of postmaster.pid is the status, since PostgreSQL 10.
fn is_ready(home: &ServerDirs) -> bool {
    let pid_file = fs::read_to_string(home.data_dir().join("postmaster.pid")).unwrap_or_default();
    pid_file
        .lines()
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
