//! Checks that the source does not limit the write-ahead log that a slot retains. Since 0.1.0.

use super::required_settings::SLOT_WAL_LIMIT;
use super::source_parameter_fix;
use crate::checks::{Check, CheckResult, Finding, Findings, Needs, Object, Severity};
use crate::config::MigrationMode;
use crate::facts::{Facts, parameter_value};

pub const CHECK: Check = Check {
    id: "slot-wal-limited",
    title: "The source takes the log away from a slot that lags",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Source,
    mode: Some(MigrationMode::Online),
    official: &[],
    why: "While the data is copied, the slot keeps all changes since the start. When they grow beyond \
          `max_slot_wal_keep_size`, PostgreSQL removes the log, the slot is lost, and the migration has to start anew.",
    fix: "Set `max_slot_wal_keep_size` to -1 for the time of the migration (no restart), and watch the disk instead; or \
          make sure that it holds all changes of the days that the copy takes.",
    verify: "SHOW max_slot_wal_keep_size",
    link: "https://www.postgresql.org/docs/current/runtime-config-replication.html#GUC-MAX-SLOT-WAL-KEEP-SIZE",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let settings = facts.source_parameters.as_ref()?;
    let (name, wanted) = SLOT_WAL_LIMIT;
    let Some(parameter) = settings.find(name) else {
        // The parameter exists since PostgreSQL 13 and is visible to every role.
        return match facts.source_version()?.major() {
            ..13 => Ok(Findings::none()),
            _ => Err(settings.hidden_parameter(name).into()),
        };
    };
    let value = settings.value(name)?;
    if value == wanted {
        return Ok(Findings::none());
    }
    let kind = facts.source_kind().ok();
    let readable = parameter_value::format_with_unit(value, parameter.unit.as_deref());
    let message = format!("`{name}` is {readable}: a slot that lags further is lost");
    let finding = Finding::new(Object::parameter(name), message).with_evidence(name, &readable);
    Ok(source_parameter_fix::with_change_steps(finding, kind, SLOT_WAL_LIMIT, parameter).into())
}
