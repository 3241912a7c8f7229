//! A flexible server has at most five read replicas. Since 0.1.0.
//!
//! Rule: Azure Migrate assessment, 2025-09-19. Base backups, WAL receivers and the standby of a flexible server are not
//! read replicas.

use crate::checks::{Check, CheckResult, Finding, Findings, Needs, Object, OfficialRule, Severity};
use crate::facts::Facts;
use crate::facts::source::workload::Standby;

/// The maximum number of read replicas of a flexible server.
const MAX_READ_REPLICAS: usize = 5;

pub const CHECK: Check = Check {
    id: "replicas-over-limit",
    title: "The source has more read replicas than the target may have",
    severity: Severity::Warning,
    unknown: Severity::Note,
    needs: Needs::Source,
    mode: None,
    official: &[OfficialRule::AzureMigrate("replicas")],
    why: "A flexible server has at most five read replicas, so an application that reads from more of them needs another \
          plan after the migration.",
    fix: "Plan for at most five read replicas, larger ones where the load asks for it, or let replicas follow replicas.",
    verify: "SELECT application_name, state FROM pg_stat_replication",
    link: "https://learn.microsoft.com/azure/postgresql/read-replica/concepts-read-replicas",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let standbys = facts.workload.as_ref()?.standbys.as_ref()?;
    let replicas: Vec<&str> = standbys
        .iter()
        .filter(|s| is_replica(s))
        .map(|s| s.name.as_str())
        .collect();
    if replicas.len() <= MAX_READ_REPLICAS {
        return Ok(Findings::none());
    }
    let message = format!(
        "{} standbys follow the source, the target may have {MAX_READ_REPLICAS} read replicas",
        replicas.len()
    );
    Ok(Finding::new(Object::Server, message)
        .with_evidence("standbys", replicas.join(", "))
        .into())
}

fn is_replica(standby: &Standby) -> bool {
    let wal_receivers = ["pg_basebackup", "pg_receivewal", "pg_receivexlog"];
    // The high availability standby of a flexible server.
    let is_azure_standby = standby
        .slot
        .as_deref()
        .is_some_and(|s| s.starts_with("azure_standby"));
    standby.state != "backup"
        && !wal_receivers.contains(&standby.name.as_str())
        && !is_azure_standby
}
