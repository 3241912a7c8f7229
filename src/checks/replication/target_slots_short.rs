//! Checks that the target has enough replication origins and background workers. Since 0.1.0.
//! Values: the Single Server guide of the migration service.
//! PostgreSQL 18 limits origins separately from slots.

use crate::checks::{Check, Finding, Findings, Judged, Needs, Severity, Unanswered, command};
use crate::facts::Facts;
use crate::plan::{Mode, SourceKind};

pub const CHECK: Check = Check {
    id: "target-slots-short",
    title: "The target has room for too few streams of changes",
    severity: Severity::Blocker,
    unknown: Severity::Warning,
    needs: Needs::Target,
    mode: Some(Mode::Online),
    official: &[],
    why: "For each database the target notes how far it has replayed, and has as many places for that as \
          `max_replication_slots` says (18 and newer: `max_active_replication_origins`); it replays with background \
          workers.",
    fix: "Raise the parameter on the target and restart it.",
    look: "az postgres flexible-server parameter show --resource-group <group> --server-name <name> --name \
           max_replication_slots",
    link: "https://www.postgresql.org/docs/current/runtime-config-replication.html",
    run,
};

/// The number of background workers that the guide requires.
const WORKERS: u64 = 16;

fn run(facts: &Facts) -> Judged {
    let mut findings = Findings::none();
    let workers = value(facts, "max_worker_processes")?;
    if workers < WORKERS {
        let message =
            format!("the target has {workers} background workers, {WORKERS} are asked for");
        let finding = short(facts, "max_worker_processes", message, WORKERS)?;
        findings.push(
            finding
                .evidence("max_worker_processes", workers)
                .milder(Severity::Warning),
        );
    }
    let name = match facts.server.as_ref()?.version.as_ref()?.major() {
        18.. => "max_active_replication_origins",
        _ => "max_replication_slots",
    };
    let places = value(facts, name)?;
    let Some(databases) = databases(facts, &mut findings) else {
        return Ok(findings);
    };
    if databases > 0 && places <= databases {
        let message =
            format!("`{name}` of the target is {places}, which is not more than the databases");
        let finding = short(facts, name, message, databases + 1)?
            .evidence(name, places)
            .evidence("databases", databases);
        findings.push(match facts.source_kind() {
            Ok(SourceKind::PostgresqlSingleServer) => finding,
            _ => finding.milder(Severity::Warning),
        });
    }
    Ok(findings)
}

fn value(facts: &Facts, name: &str) -> Result<u64, Unanswered> {
    let configurations = facts.configurations.as_ref()?;
    let parameter = configurations.get(name)?;
    let number = parameter.value.parse().ok();
    Ok(number.ok_or_else(|| {
        configurations.unreadable(format!("the value of `{name}` is not a number"))
    })?)
}

/// Returns the number of databases that the migration names, otherwise the number of selected source databases.
fn databases(facts: &Facts, findings: &mut Findings) -> Option<u64> {
    let named = facts.migration.databases.len();
    if named > 0 {
        return Some(named as u64);
    }
    let databases = findings.know(&facts.databases)?;
    Some(findings.selected(databases).len() as u64)
}

fn short(facts: &Facts, name: &str, message: String, needed: u64) -> Result<Finding, Unanswered> {
    let id = &facts.server.as_ref()?.id;
    Ok(Finding::new(format!("parameter/{name}"), message)
        .fix(command::set_parameter(id, name, &needed.to_string()).temporary())
        .fix(command::restart(id)))
}
