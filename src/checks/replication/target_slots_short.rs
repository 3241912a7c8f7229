//! Checks that the target has enough replication origins and background workers. Since 0.1.0.
//! Values: the Single Server guide of the migration service.
//! PostgreSQL 18 limits origins separately from slots.

use crate::checks::{Check, CheckResult, Finding, Findings, Inconclusive, Needs, Object, Severity};
use crate::commands::quote;
use crate::config::{MigrationMode, SourceKind};
use crate::facts::Facts;

pub const CHECK: Check = Check {
    id: "target-slots-short",
    title: "The target has room for too few streams of changes",
    severity: Severity::Blocker,
    unknown: Severity::Warning,
    needs: Needs::Target,
    mode: Some(MigrationMode::Online),
    official: &[],
    why: "For each database the target notes how far it has replayed, and has as many places for that as \
          `max_replication_slots` says (18 and newer: `max_active_replication_origins`); it replays with background \
          workers.",
    fix: "Raise the parameter on the target and restart it.",
    verify: "az postgres flexible-server parameter show --resource-group <group> --server-name <name> --name \
           max_replication_slots",
    link: "https://www.postgresql.org/docs/current/runtime-config-replication.html",
    run,
};

/// The number of background workers that the guide requires.
const MIN_WORKERS: u64 = 16;

fn run(facts: &Facts) -> CheckResult {
    let mut findings = Findings::none();
    let workers = target_count(facts, "max_worker_processes")?;
    if workers < MIN_WORKERS {
        let message =
            format!("the target has {workers} background workers, {MIN_WORKERS} are asked for");
        let finding = raise_finding(facts, "max_worker_processes", message, MIN_WORKERS)?;
        findings.push(
            finding
                .with_evidence("max_worker_processes", workers)
                .with_severity(Severity::Warning),
        );
    }
    let name = match facts.server.as_ref()?.version.as_ref()?.major() {
        18.. => "max_active_replication_origins",
        _ => "max_replication_slots",
    };
    let limit = target_count(facts, name)?;
    let Some(databases) = count_databases(facts, &mut findings) else {
        return Ok(findings);
    };
    if databases > 0 && limit <= databases {
        let message =
            format!("`{name}` of the target is {limit}, which is not more than the databases");
        let finding = raise_finding(facts, name, message, databases + 1)?
            .with_evidence(name, limit)
            .with_evidence("databases", databases);
        findings.push(match facts.source_kind() {
            Ok(SourceKind::PostgresqlSingleServer) => finding,
            _ => finding.with_severity(Severity::Warning),
        });
    }
    Ok(findings)
}

fn target_count(facts: &Facts, name: &str) -> Result<u64, Inconclusive> {
    let configurations = facts.target_parameters.as_ref()?;
    let parameter = configurations.get(name)?;
    let number = parameter.value.parse().ok();
    Ok(number.ok_or_else(|| {
        configurations.unreadable(format!("the value of `{name}` is not a number"))
    })?)
}

/// Returns the number of databases that the migration names, otherwise the number of selected source databases.
fn count_databases(facts: &Facts, findings: &mut Findings) -> Option<u64> {
    let named = facts.migration.databases.len();
    if named > 0 {
        return Some(named as u64);
    }
    let databases = findings.require(&facts.databases)?;
    Some(findings.selected_databases(databases).len() as u64)
}

fn raise_finding(
    facts: &Facts,
    name: &str,
    message: String,
    needed: u64,
) -> Result<Finding, Inconclusive> {
    let id = &facts.server.as_ref()?.id;
    Ok(Finding::new(Object::parameter(name), message)
        .with_fix(quote::set_parameter(id, name, &needed.to_string()).temporary())
        .with_fix(quote::restart_server(id)))
}
