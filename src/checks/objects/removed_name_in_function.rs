//! Checks function bodies for names that the target's major version no longer has. Since 0.1.0.
//! PostgreSQL does not check a function body until it runs.
//! Based on names outside of comments. A body can contain an old name only for older servers, so this is a warning.

use super::removed_uses::{affected_uses, findings_by_object};
use crate::checks::{Check, CheckResult, Needs, Severity};
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
    verify: "SELECT oid::regprocedure FROM pg_proc WHERE prosrc ~* 'xlog|pg_start_backup|pg_stop_backup' AND oid >= 16384",
    link: "https://www.postgresql.org/docs/release/",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let (mut found, mut findings) = affected_uses(facts, |d| vec![&d.body_uses], |_| true)?;
    if !found.is_empty() {
        // Names that the source version already lacks have other purposes in the function.
        let source = facts.source_version()?.num();
        found.retain(|c| source < c.removal.removed_in);
    }
    findings.items.extend(findings_by_object(&found, "names"));
    Ok(findings)
}
