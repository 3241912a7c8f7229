//! A target runs one migration or validation at a time and rejects a second one. Since 0.1.0.

use crate::checks::{
    Check, CheckResult, Finding, Findings, FixStep, Needs, Object, ObjectKind, OfficialRule,
    Severity,
};
use crate::commands::quote;
use crate::config::ServerId;
use crate::facts::target::service::migrations::MigrationRecord;
use crate::facts::{Facts, Missing};

pub const CHECK: Check = Check {
    id: "migration-in-progress",
    title: "Another migration into the target is under way",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Target,
    mode: None,
    official: &[OfficialRule::Prerequisite("target")],
    why: "A target takes one migration or validation at a time; a second one ends with `There is already an active Migration \
          Running on this target`.",
    fix: "Wait until it has ended; cut over or cancel one that waits for you.",
    verify: "az postgres flexible-server migration list --resource-group <group> --name <name> --filter All --output table",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/concepts-known-issues-migration-service",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let id = &facts
        .migration
        .target
        .as_ref()
        .ok_or_else(Missing::no_target)?
        .id;
    let mut findings = Findings::none();
    for run in facts.service.as_ref()?.migrations.as_ref()? {
        if findings.require(&run.is_active) == Some(&true)
            && let Some(state) = findings.require(&run.state)
        {
            findings.push(finding(id, run, state));
        }
    }
    Ok(findings)
}

fn finding(id: &ServerId, run: &MigrationRecord, state: &str) -> Finding {
    let step = run.sub_state.as_deref().unwrap_or("no further word");
    let message = format!("migration `{}` is in state `{state}` ({step})", run.name);
    let finding = Finding::new(Object::named(ObjectKind::Migration, &run.name), message)
        .with_evidence("state", state);
    if !state.eq_ignore_ascii_case("WaitingForUserAction") {
        return finding.with_fix(quote::migration_command(id, "show", &run.name, ""));
    }
    let cancel = quote::migration_command(id, "update", &run.name, "--cancel");
    finding
        .with_fix(awaited_step(id, run))
        .with_fix(cancel.with_note("instead"))
}

/// Returns the step that the migration waits for. az has no flag to confirm that databases are overwritten.
fn awaited_step(id: &ServerId, run: &MigrationRecord) -> FixStep {
    let update = |flag| quote::migration_command(id, "update", &run.name, flag);
    let step = run.sub_state.as_deref().unwrap_or_default();
    match step.to_ascii_lowercase().as_str() {
        "waitingforcutovertrigger" => update("--cutover"),
        "waitingforlogicalreplicationsetuprequestonsourcedb" => {
            update("--setup-replication").with_note("restarts the source")
        }
        _ => quote::migration_command(id, "show", &run.name, ""),
    }
}
