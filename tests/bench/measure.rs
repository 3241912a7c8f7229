//! Measures time, memory, and instructions of programs.

use std::fmt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A row of the table.
pub struct BenchRow {
    what: &'static str,
    floor_name: &'static str,
    floor: Duration,
    measured: Duration,
    limit: &'static str,
}

impl BenchRow {
    pub fn new(
        what: &'static str,
        floor_name: &'static str,
        (floor, measured): (Duration, Duration),
        limit: &'static str,
    ) -> BenchRow {
        BenchRow {
            what,
            floor_name,
            floor,
            measured,
            limit,
        }
    }
}

impl fmt::Display for BenchRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |d: Duration| d.as_secs_f64() * 1e3;
        let ratio = self.measured.as_secs_f64() / self.floor.as_secs_f64();
        write!(
            f,
            "{:<36} {:>10.1} {:>10.1} {ratio:>6.1}x  {} `{}`",
            self.what,
            ms(self.measured),
            ms(self.floor),
            self.limit,
            self.floor_name
        )
    }
}

/// Returns the medians of floor and program. The runs alternate, so that both see the same load.
pub fn interleaved_medians(
    times: usize,
    floor: impl Fn() -> Command,
    program: impl Fn() -> Command,
) -> (Duration, Duration) {
    let (mut floors, mut measured) = (Vec::new(), Vec::new());
    for _ in 0..times {
        floors.push(run_time(floor()));
        measured.push(run_time(program()));
    }
    (median(floors), median(measured))
}

fn run_time(mut command: Command) -> Duration {
    let start = Instant::now();
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("the program runs");
    start.elapsed()
}

fn median(mut all: Vec<Duration>) -> Duration {
    all.sort();
    all[all.len() / 2]
}

/// Returns the peak memory of the program in megabytes, from the kernel counter of the running process (Linux).
pub fn peak_memory_mb(mut command: Command) -> f64 {
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program runs");
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0.0_f64;
    while child
        .try_wait()
        .expect("the program can be waited for")
        .is_none()
    {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|l| l.strip_prefix("VmHWM:"));
        let kib = line.and_then(|l| l.trim().trim_end_matches("kB").trim().parse::<f64>().ok());
        peak = peak.max(kib.unwrap_or(0.0) / 1024.0);
        std::thread::sleep(Duration::from_micros(200));
    }
    peak
}

/// Returns the instruction count from valgrind, which is the same on every machine of one architecture.
pub fn instructions(command: Command) -> Option<u64> {
    let mut counted = Command::new("valgrind");
    counted
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            counted.env(name, value);
        }
    }
    let output = counted.output().ok()?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    text.lines()
        .find_map(|l| l.split("Collected : ").nth(1))
        .and_then(|n| n.trim().parse().ok())
}
