//! Checks that `wal_sender_timeout` is disabled, because it ends idle replication connections. Since 0.1.0.
//! The online prerequisites of every source type recommend 0.

use super::required_settings::SENDER_TIMEOUT;
use super::{source_parameter, source_parameter_fix};
use crate::checks::{Check, CheckResult, Finding, Findings, Needs, Object, Severity};
use crate::config::MigrationMode;
use crate::facts::{Facts, parameter_value as values};

pub const CHECK: Check = Check {
    id: "wal-sender-times-out",
    title: "The source ends a replication connection that is silent for long",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Source,
    mode: Some(MigrationMode::Online),
    official: &[],
    why: "While the target is busy with a long transaction it may not answer in time; PostgreSQL then ends the stream, and \
          the documentation of online migrations recommends to switch this off.",
    fix: "Set `wal_sender_timeout` to 0 for the time of the migration; this needs no restart. Set it back after cutover.",
    verify: "SHOW wal_sender_timeout",
    link: "https://www.postgresql.org/docs/current/runtime-config-replication.html#GUC-WAL-SENDER-TIMEOUT",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let (name, wanted) = SENDER_TIMEOUT;
    let (parameter, value) = source_parameter(facts, name)?;
    if value == wanted {
        return Ok(Findings::none());
    }
    let kind = facts.source_kind().ok();
    let readable = values::format_with_unit(value, parameter.unit.as_deref());
    let message = format!("`{name}` is {readable}");
    let finding = Finding::new(Object::parameter(name), message).with_evidence(name, &readable);
    Ok(source_parameter_fix::with_change_steps(finding, kind, SENDER_TIMEOUT, parameter).into())
}
