//! Checks that the source has a WAL sender for every replication slot. Since 0.1.0.

use super::{required_settings, source_count, source_parameter, source_parameter_fix};
use crate::checks::{Check, CheckResult, Finding, Findings, Needs, Object, OfficialRule, Severity};
use crate::config::MigrationMode;
use crate::facts::Facts;

pub const CHECK: Check = Check {
    id: "wal-senders-short",
    title: "The source allows too few WAL senders",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Source,
    mode: Some(MigrationMode::Online),
    official: &[OfficialRule::ServiceError(603106)],
    why: "The service refuses a source whose `max_wal_senders` is below its `max_replication_slots`, and the \
          documentation asks for the senders that are in use on top.",
    fix: "Raise `max_wal_senders` and restart the source.",
    verify: "SELECT current_setting('max_wal_senders'), current_setting('max_replication_slots'), count(*) FROM \
           pg_stat_replication",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/troubleshoot-error-codes",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let senders = source_count(facts, "max_wal_senders")?;
    let slots = source_count(facts, "max_replication_slots")?;
    let mut findings = Findings::none();
    let in_use = findings
        .require(&facts.replication.as_ref()?.wal_senders_in_use)
        .copied();
    let needed = required_settings::required_senders(slots, in_use.unwrap_or(0));
    if senders >= needed {
        return Ok(findings);
    }
    let kind = facts.source_kind().ok();
    let mut message = format!("`max_wal_senders` is {senders}, `max_replication_slots` is {slots}");
    if let Some(in_use @ 1..) = in_use {
        message += &format!(", and senders in use: {in_use}");
    }
    let finding = Finding::new(Object::parameter("max_wal_senders"), message)
        .with_evidence("max_wal_senders", senders)
        .with_evidence("max_replication_slots", slots);
    let change = ("max_wal_senders", &*needed.to_string());
    let (was, _) = source_parameter(facts, "max_wal_senders")?;
    let finding = source_parameter_fix::with_change_steps(finding, kind, change, was);
    findings.push(if senders < slots {
        finding
    } else {
        finding.with_severity(Severity::Warning)
    });
    Ok(findings)
}
