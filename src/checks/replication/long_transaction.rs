//! Checks for long transactions, because a new slot waits for every transaction with changes. Since 0.1.0.
//! Only transactions with an ID block the slot. A transaction without an ID can get one at any time, and delays vacuum.
//! <https://www.postgresql.org/docs/current/logicaldecoding-explanation.html>

use crate::checks::{Check, Finding, Findings, Judged, Needs, Severity};
use crate::facts::Facts;
use crate::facts::stream::Transaction;
use crate::plan::Mode;

pub const CHECK: Check = Check {
    id: "long-transaction",
    title: "A transaction has been open for long",
    severity: Severity::Blocker,
    unknown: Severity::Warning,
    needs: Needs::Source,
    mode: Some(Mode::Online),
    official: &[],
    why: "A logical slot is ready only when every transaction that was at work when it was asked for has ended. One that \
          stays open keeps the migration waiting until it gives up.",
    fix: "Have the transaction commit, or end its session, and start the migration when none is open for long.",
    look: "SELECT pid, usename, state, xact_start FROM pg_stat_activity WHERE xact_start < now() - interval '5 min'",
    link: "https://www.postgresql.org/docs/current/view-pg-replication-slots.html",
    run,
};

const LONG: u64 = 5 * 60;
const VERY_LONG: u64 = 60 * 60;

fn run(facts: &Facts) -> Judged {
    let transactions = facts.stream.as_ref()?.transactions.as_ref()?;
    let mut findings = Findings::none();
    let long = transactions.listed.iter().filter(|t| t.seconds > LONG);
    findings.found.extend(long.map(finding));
    transactions.unseen.iter().for_each(|m| findings.unknown(m));
    Ok(findings)
}

fn finding(transaction: &Transaction) -> Finding {
    let place = match &transaction.database {
        Some(database) => format!(" in `{database}`"),
        None => String::new(),
    };
    let open = duration(transaction.seconds);
    let message = format!(
        "`{}` has had a transaction open for {open}{place}{}",
        transaction.role,
        if transaction.has_written {
            ", with changes"
        } else {
            ", so far without a change"
        }
    );
    let mut finding = Finding::new(format!("session/{}", transaction.process), message);
    for (name, value) in [
        ("application", &transaction.application),
        ("state", &transaction.state),
    ] {
        if let Some(value) = value {
            finding = finding.evidence(name, value);
        }
    }
    let end = format!("SELECT pg_terminate_backend({});", transaction.process);
    let finding = finding.evidence("open for", open).fix(end);
    if transaction.has_written && transaction.seconds > VERY_LONG {
        finding
    } else {
        finding.milder(Severity::Warning)
    }
}

fn duration(seconds: u64) -> String {
    match (seconds / 3600, seconds % 3600 / 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours @ 1..48, minutes) => format!("{hours} h {minutes} min"),
        (hours, _) => format!("{} days", hours / 24),
    }
}
