//! Checks that the source writes its write-ahead log for logical decoding. Since 0.1.0.
//! Provider parameters: the online migration prerequisites of each source type (2025-01 to 2025-11).

use super::{asked, parameter, setting};
use crate::checks::{Check, Finding, Findings, Judged, Needs, Official, Severity};
use crate::facts::Facts;
use crate::plan::Mode;

pub const CHECK: Check = Check {
    id: "wal-level-not-logical",
    title: "The source's log is not written for logical decoding",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Source,
    mode: Some(Mode::Online),
    official: &[Official::ServiceError(603107)],
    why: "An online migration replays changes that it decodes from the write-ahead log. With another `wal_level` the log \
          lacks what decoding needs, and no slot can be made.",
    fix: "Set `wal_level` to `logical`, on a managed service by its own switch, and restart the source.",
    look: "SHOW wal_level",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/troubleshoot-error-codes",
    run,
};

fn run(facts: &Facts) -> Judged {
    let (parameter, value) = parameter(facts, "wal_level")?;
    if value == "logical" {
        return Ok(Findings::none());
    }
    let kind = facts.source_kind().ok();
    let (name, on) = asked::logical_decoding(kind);
    let mut message = format!("`wal_level` is `{value}`");
    if name != "wal_level" {
        message += &format!("; here `{name}` switches it");
    }
    let mut finding = Finding::new("parameter/wal_level", message).evidence("wal_level", value);
    let switch = facts.settings.as_ref()?.find(name);
    if let Some(shown) = switch.filter(|s| s.name != "wal_level") {
        finding = finding.evidence(name, shown.reset_val.as_deref().unwrap_or("unset"));
    }
    let was = switch.unwrap_or(parameter);
    Ok(setting::change(finding, kind, (name, on), was).into())
}
