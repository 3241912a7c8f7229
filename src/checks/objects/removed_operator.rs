//! Checks for definitions that need an operator, function, parameter, or syntax that was removed. Since 0.1.0.
//! Such an object cannot be created on the target.
//! The rules are in `reference::removed`. The pg_upgrade source file `check.c` checks postfix operators, polymorphic
//! functions, and conversions.

use super::removed_uses::{affected_uses, findings_by_object};
use crate::checks::{Check, CheckResult, Needs, Severity};
use crate::facts::Facts;
use crate::reference::removed::RemovedFeature;

pub const CHECK: Check = Check {
    id: "removed-operator",
    title: "A definition needs an operator, function or parameter that the target's major has no more",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Pair,
    mode: None,
    official: &[],
    why: "PostgreSQL itself took it away: the target refuses the statement that creates the object, and what depends on the \
          object is missing too.",
    fix: "Rewrite the definition with what takes its place before the migration; where only the target has that, drop the \
          object and create it on the target afterwards.",
    verify: "SELECT oid::regoperator FROM pg_operator WHERE oprright = 0 AND oid >= 16384",
    link: "https://www.postgresql.org/docs/release/14.0/",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let (found, mut findings) = affected_uses(
        facts,
        |d| vec![&d.definition_uses],
        |r| {
            matches!(
                r.feature,
                RemovedFeature::Operator(..)
                    | RemovedFeature::Function(..)
                    | RemovedFeature::Parameter(_)
                    | RemovedFeature::Definition(_)
            )
        },
    )?;
    findings.items.extend(findings_by_object(&found, "needs"));
    Ok(findings)
}
