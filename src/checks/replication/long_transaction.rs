//! Checks for long transactions, because a new slot waits for every transaction with changes. Since 0.1.0.
//! Only transactions with an ID block the slot. A transaction without an ID can get one at any time, and delays vacuum.
//! <https://www.postgresql.org/docs/current/logicaldecoding-explanation.html>

use crate::checks::{
    Check, CheckResult, Finding, Findings, FixStep, Needs, Object, ObjectKind, Severity,
};
use crate::config::MigrationMode;
use crate::facts::Facts;
use crate::facts::source::replication::OpenTransaction;

pub const CHECK: Check = Check {
    id: "long-transaction",
    title: "A transaction has been open for long",
    severity: Severity::Blocker,
    unknown: Severity::Warning,
    needs: Needs::Source,
    mode: Some(MigrationMode::Online),
    official: &[],
    why: "A logical slot is ready only when every transaction that was at work when it was asked for has ended. One that \
          stays open keeps the migration waiting until it gives up.",
    fix: "Have the transaction commit, or end its session, and start the migration when none is open for long.",
    verify: "SELECT pid, usename, state, xact_start FROM pg_stat_activity WHERE xact_start < now() - interval '5 min'",
    link: "https://www.postgresql.org/docs/current/view-pg-replication-slots.html",
    run,
};

const LONG_SECONDS: u64 = 5 * 60;
const VERY_LONG_SECONDS: u64 = 60 * 60;

fn run(facts: &Facts) -> CheckResult {
    let transactions = facts.replication.as_ref()?.transactions.as_ref()?;
    let mut findings = Findings::none();
    let long = transactions
        .transactions
        .iter()
        .filter(|t| t.seconds > LONG_SECONDS);
    findings.items.extend(long.map(finding));
    transactions
        .missing_rows
        .iter()
        .for_each(|m| findings.add_missing(m));
    Ok(findings)
}

fn finding(transaction: &OpenTransaction) -> Finding {
    let database = match &transaction.database {
        Some(database) => format!(" in `{database}`"),
        None => String::new(),
    };
    let open = format_duration(transaction.seconds);
    let message = format!(
        "`{}` has had a transaction open for {open}{database}{}",
        transaction.role,
        if transaction.has_written {
            ", with changes"
        } else {
            ", so far without a change"
        }
    );
    let mut finding = Finding::new(
        Object::named(ObjectKind::Session, transaction.process.to_string()),
        message,
    );
    for (name, value) in [
        ("application", &transaction.application),
        ("state", &transaction.state),
    ] {
        if let Some(value) = value {
            finding = finding.with_evidence(name, value);
        }
    }
    let end = format!("SELECT pg_terminate_backend({})", transaction.process);
    let finding = finding
        .with_evidence("open for", open)
        .with_fix(FixStep::sql(end));
    if transaction.has_written && transaction.seconds > VERY_LONG_SECONDS {
        finding
    } else {
        finding.with_severity(Severity::Warning)
    }
}

fn format_duration(seconds: u64) -> String {
    match (seconds / 3600, seconds % 3600 / 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours @ 1..48, minutes) => format!("{hours} h {minutes} min"),
        (hours, _) => format!("{} days", hours / 24),
    }
}
