//! Checks for views that use catalog columns that the target's major version no longer has. Since 0.1.0.
//! PostgreSQL records no dependencies on catalogs, so the query reads the parse trees of the views.
//! The columns are in `reference::removed`.

use super::removed_uses::{affected_uses, findings_by_object};
use crate::checks::{Check, CheckResult, Needs, Severity};
use crate::facts::Facts;
use crate::reference::removed::RemovedFeature;

pub const CHECK: Check = Check {
    id: "view-over-changed-catalog",
    title: "A view uses a catalog column that the target's major has no more",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Pair,
    mode: None,
    official: &[],
    why: "System catalogs, statistics views and those of extensions change with the major: the target refuses to create a \
          view over a column that it lacks, and every view over that one.",
    fix: "Drop the view before the migration and create it on the target with the columns that take the place of the old; \
          monitoring tools bring a version of their views for each major.",
    verify: "SELECT DISTINCT ev_class::regclass FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND \
           d.objid = r.oid AND d.refobjid = 'pg_stat_activity'::regclass",
    link: "https://www.postgresql.org/docs/release/",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let (found, mut findings) = affected_uses(
        facts,
        |d| vec![&d.definition_uses],
        |r| {
            matches!(
                r.feature,
                RemovedFeature::Column(..) | RemovedFeature::Relation(_)
            )
        },
    )?;
    findings.items.extend(findings_by_object(&found, "uses"));
    Ok(findings)
}
