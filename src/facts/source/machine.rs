//! Processors and memory of the source machine. Readable only for roles that can read server files.

use serde::Deserialize;

use crate::config::SourceServer;
use crate::facts::sql_reader::read_row;
use crate::facts::{Fact, Missing};
use crate::question::{Answers, Question};

/// The source machine.
#[derive(Debug, Clone, PartialEq)]
pub struct Machine {
    pub vcores: u32,
    pub memory_gib: f64,
}

#[derive(Deserialize)]
struct MachineFilesRow {
    /// `/sys/devices/system/cpu/online`, for example `0-7,16-23`.
    cpus_online: Option<String>,
    /// `/proc/meminfo`.
    meminfo: Option<String>,
}

/// Query `host`.
pub fn question(source: &SourceServer) -> Question {
    Question::on_source(&source.database, "host")
}

pub fn read(source: &SourceServer, answers: &Answers) -> Fact<Machine> {
    let question = question(source);
    let files: MachineFilesRow = read_row(answers, &question)?;
    let vcores = files.cpus_online.as_deref().and_then(count_processors);
    let memory_gib = files.meminfo.as_deref().and_then(total_memory_gib);
    match (vcores, memory_gib) {
        (Some(vcores), Some(memory_gib)) => Ok(Machine { vcores, memory_gib }),
        _ => Err(Missing::unreadable(
            &question,
            "the host's files have another form than Linux gives them",
        )),
    }
}

/// Number of processors in a list such as `0-7,16`.
fn count_processors(list: &str) -> Option<u32> {
    list.trim().split(',').try_fold(0, |sum: u32, part| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (u32, u32) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
        sum.checked_add(last.checked_sub(first)?.checked_add(1)?)
    })
}

/// Memory in GiB, from a line such as `MemTotal:  16384256 kB`.
fn total_memory_gib(meminfo: &str) -> Option<f64> {
    let line = meminfo.lines().find_map(|l| l.strip_prefix("MemTotal:"))?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib / 1_048_576.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processors_and_memory_are_parsed() {
        assert_eq!(count_processors("0-7,16-23\n"), Some(16));
        assert_eq!(count_processors("0"), Some(1));
        assert_eq!(count_processors("7-0"), None);
        assert_eq!(
            total_memory_gib("MemTotal:       33554432 kB\nMemFree: 1 kB"),
            Some(32.0)
        );
        assert_eq!(total_memory_gib("nothing"), None);
    }
}
