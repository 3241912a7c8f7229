//! Checks that the source does not limit the write-ahead log that a slot retains. Since 0.1.0.

use super::{asked::SLOT_WAL, setting};
use crate::checks::{Check, Finding, Findings, Judged, Needs, Severity};
use crate::facts::{Facts, parameter};
use crate::plan::Mode;

pub const CHECK: Check = Check {
    id: "slot-wal-limited",
    title: "The source takes the log away from a slot that lags",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Source,
    mode: Some(Mode::Online),
    official: &[],
    why: "While the data is copied, the slot keeps all changes since the start. When they grow beyond \
          `max_slot_wal_keep_size`, PostgreSQL removes the log, the slot is lost, and the migration has to start anew.",
    fix: "Set `max_slot_wal_keep_size` to -1 for the time of the migration (no restart), and watch the disk instead; or \
          make sure that it holds all changes of the days that the copy takes.",
    look: "SHOW max_slot_wal_keep_size",
    link: "https://www.postgresql.org/docs/current/runtime-config-replication.html#GUC-MAX-SLOT-WAL-KEEP-SIZE",
    run,
};

fn run(facts: &Facts) -> Judged {
    let settings = facts.settings.as_ref()?;
    let (name, wanted) = SLOT_WAL;
    let Some(parameter) = settings.find(name) else {
        // The parameter exists since PostgreSQL 13 and is visible to every role.
        return match facts.source_version()?.major() {
            ..13 => Ok(Findings::none()),
            _ => Err(settings.hidden(name).into()),
        };
    };
    let value = settings.value(name)?;
    if value == wanted {
        return Ok(Findings::none());
    }
    let kind = facts.source_kind().ok();
    let readable = parameter::readable(value, parameter.unit.as_deref());
    let message = format!("`{name}` is {readable}: a slot that lags further is lost");
    let finding = Finding::new(format!("parameter/{name}"), message).evidence(name, &readable);
    Ok(setting::change(finding, kind, SLOT_WAL, parameter).into())
}
