//! A function's body is a text that nobody checks until it runs: what it names may be no more. Since 0.1.0.
//! Found by the words alone (comments left out), so it warns: a body may name the old only for older servers.

use super::uses::{by_object, crossed};
use crate::checks::{Check, Judged, Needs, Severity};
use crate::facts::Facts;

pub const CHECK: Check = Check {
    id: "removed-name-in-function",
    title: "A function's body names what the target's major has no more",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Pair,
    mode: None,
    official: &[],
    why: "The function is created on the target, and fails there when it runs. Found by its words, so it may be a false alarm.",
    fix: "Read the function, and rewrite it for the target's major or after the migration.",
    look: "SELECT oid::regprocedure FROM pg_proc WHERE prosrc ~* 'xlog|pg_start_backup|pg_stop_backup' AND oid >= 16384",
    link: "https://www.postgresql.org/docs/release/",
    run,
};

fn run(facts: &Facts) -> Judged {
    let (mut found, mut findings) = crossed(facts, |d| vec![&d.words], |_| true)?;
    if !found.is_empty() {
        // What the source has no more itself, its functions name for other reasons.
        let source = facts.source_version()?.num();
        found.retain(|c| source < c.removal.gone);
    }
    findings.found.extend(by_object(&found, "names"));
    Ok(findings)
}
