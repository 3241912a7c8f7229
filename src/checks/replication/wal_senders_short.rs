//! Checks that the source has a WAL sender for every replication slot. Since 0.1.0.

use super::{asked, count, parameter, setting};
use crate::checks::{Check, Finding, Findings, Judged, Needs, Official, Severity};
use crate::facts::Facts;
use crate::plan::Mode;

pub const CHECK: Check = Check {
    id: "wal-senders-short",
    title: "The source allows too few WAL senders",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Source,
    mode: Some(Mode::Online),
    official: &[Official::ServiceError(603106)],
    why: "The service refuses a source whose `max_wal_senders` is below its `max_replication_slots`, and the \
          documentation asks for the senders that are in use on top.",
    fix: "Raise `max_wal_senders` and restart the source.",
    look: "SELECT current_setting('max_wal_senders'), current_setting('max_replication_slots'), count(*) FROM \
           pg_stat_replication",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/troubleshoot-error-codes",
    run,
};

fn run(facts: &Facts) -> Judged {
    let senders = count(facts, "max_wal_senders")?;
    let slots = count(facts, "max_replication_slots")?;
    let mut findings = Findings::none();
    let in_use = findings
        .know(&facts.stream.as_ref()?.senders_in_use)
        .copied();
    let needed = asked::senders(slots, in_use.unwrap_or(0));
    if senders >= needed {
        return Ok(findings);
    }
    let kind = facts.source_kind().ok();
    let mut message = format!("`max_wal_senders` is {senders}, `max_replication_slots` is {slots}");
    if let Some(in_use @ 1..) = in_use {
        message += &format!(", and senders in use: {in_use}");
    }
    let finding = Finding::new("parameter/max_wal_senders", message)
        .evidence("max_wal_senders", senders)
        .evidence("max_replication_slots", slots);
    let change = ("max_wal_senders", &*needed.to_string());
    let (was, _) = parameter(facts, "max_wal_senders")?;
    let finding = setting::change(finding, kind, change, was);
    findings.push(if senders < slots {
        finding
    } else {
        finding.milder(Severity::Warning)
    });
    Ok(findings)
}
