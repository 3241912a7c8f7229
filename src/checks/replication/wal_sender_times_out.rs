//! Checks that `wal_sender_timeout` is disabled, because it ends idle replication connections. Since 0.1.0.
//! The online prerequisites of every source type recommend 0.

use super::{asked::SENDER_TIMEOUT, parameter, setting};
use crate::checks::{Check, Finding, Findings, Judged, Needs, Severity};
use crate::facts::{Facts, parameter as values};
use crate::plan::Mode;

pub const CHECK: Check = Check {
    id: "wal-sender-times-out",
    title: "The source ends a replication connection that is silent for long",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Source,
    mode: Some(Mode::Online),
    official: &[],
    why: "While the target is busy with a long transaction it may not answer in time; PostgreSQL then ends the stream, and \
          the documentation of online migrations recommends to switch this off.",
    fix: "Set `wal_sender_timeout` to 0 for the time of the migration; this needs no restart. Set it back after cutover.",
    look: "SHOW wal_sender_timeout",
    link: "https://www.postgresql.org/docs/current/runtime-config-replication.html#GUC-WAL-SENDER-TIMEOUT",
    run,
};

fn run(facts: &Facts) -> Judged {
    let (name, wanted) = SENDER_TIMEOUT;
    let (parameter, value) = parameter(facts, name)?;
    if value == wanted {
        return Ok(Findings::none());
    }
    let kind = facts.source_kind().ok();
    let readable = values::readable(value, parameter.unit.as_deref());
    let message = format!("`{name}` is {readable}");
    let finding = Finding::new(format!("parameter/{name}"), message).evidence(name, &readable);
    Ok(setting::change(finding, kind, SENDER_TIMEOUT, parameter).into())
}
