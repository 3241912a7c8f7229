//! Checks that the source writes its write-ahead log for logical decoding. Since 0.1.0.
//! Provider parameters: the online migration prerequisites of each source type (2025-01 to 2025-11).

use super::{required_settings, source_parameter, source_parameter_fix};
use crate::checks::{Check, CheckResult, Finding, Findings, Needs, Object, OfficialRule, Severity};
use crate::config::MigrationMode;
use crate::facts::Facts;

pub const CHECK: Check = Check {
    id: "wal-level-not-logical",
    title: "The source's log is not written for logical decoding",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Source,
    mode: Some(MigrationMode::Online),
    official: &[OfficialRule::ServiceError(603107)],
    why: "An online migration replays changes that it decodes from the write-ahead log. With another `wal_level` the log \
          lacks what decoding needs, and no slot can be made.",
    fix: "Set `wal_level` to `logical`, on a managed service by its own switch, and restart the source.",
    verify: "SHOW wal_level",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/troubleshoot-error-codes",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let (parameter, value) = source_parameter(facts, "wal_level")?;
    if value == "logical" {
        return Ok(Findings::none());
    }
    let kind = facts.source_kind().ok();
    let (name, on) = required_settings::logical_decoding_setting(kind);
    let mut message = format!("`wal_level` is `{value}`");
    if name != "wal_level" {
        message += &format!("; here `{name}` switches it");
    }
    let mut finding =
        Finding::new(Object::parameter("wal_level"), message).with_evidence("wal_level", value);
    let switch = facts.source_parameters.as_ref()?.find(name);
    if let Some(shown) = switch.filter(|s| s.name != "wal_level") {
        finding = finding.with_evidence(name, shown.reset_val.as_deref().unwrap_or("unset"));
    }
    let was = switch.unwrap_or(parameter);
    Ok(source_parameter_fix::with_change_steps(finding, kind, (name, on), was).into())
}
