//! One source with every problem of a dump and restore, on every major version. Of all checks that read the contents of
//! a database, exactly the expected checks fail. Its recordings of 12 and 17 are in `fixtures/recordings`.
//!
//! One server cannot be in all states. Standbys and nine databases are tested in `source::workload`, running jobs in
//! `source::installed_extensions`.

use std::collections::BTreeSet;

use flexready::facts::Facts;
use flexready::verdict::{Policy, Status, evaluate};

use crate::scenarios::scenario::Scenario;
use crate::support::pg;

/// Checks that fail on every major version.
const ALWAYS_FAILING: [&str; 31] = [
    "source-read-only",
    "database-not-selected",
    "source-connections-short",
    "locks-capacity-low",
    "large-table-single-stream",
    "table-bloat-high",
    "extension-version-breaks",
    "extension-in-system-schema",
    "extension-not-migrated",
    "extension-data-left-behind",
    "preload-library-absent",
    "user-defined-collation",
    "collation-missing",
    "collation-version-mismatch",
    "encoding-risky",
    "language-not-available",
    "c-language-function",
    "function-needs-superuser",
    "function-needs-search-path",
    "user-defined-cast",
    "superuser-only-object",
    "base-type",
    "text-search-parser",
    "custom-tablespace",
    "event-trigger",
    "file-access-function",
    "foreign-server",
    "large-objects",
    "unlogged-table",
    "publication-or-subscription",
    "invalid-index",
];

const ALSO_ALWAYS_FAILING: [&str; 3] = [
    "security-label-unprovided",
    "always-trigger",
    "prepared-transaction",
];

/// Checks that fail up to this major version, the last one that accepts the problem. Features that a later version
/// removes cannot exist on 18.
const FAILING_UNTIL: [(&str, u32); 5] = [
    ("tables-with-oids", 11),
    ("removed-data-type", 12),
    ("removed-operator", 16),
    ("view-over-changed-catalog", 17),
    ("removed-name-in-function", 17),
];

/// Checks that do not fail on this source.
const NEVER_FAILING: [&str; 4] = [
    "too-many-databases",
    "source-is-standby",
    "replicas-over-limit",
    "extension-jobs-running",
];

#[test]
fn every_problem_is_found_on_every_major_and_nothing_else() {
    std::thread::scope(|scope| {
        for major in pg::majors() {
            scope.spawn(move || assert_failing_on(major));
        }
    });
}

fn assert_failing_on(major: u32) {
    let until = FAILING_UNTIL.iter().filter(|(_, last)| major <= *last);
    let expected: BTreeSet<&str> = (ALWAYS_FAILING.iter().chain(&ALSO_ALWAYS_FAILING))
        .copied()
        .chain(until.map(|(id, _)| *id))
        .collect();
    assert_eq!(
        failing_checks(Scenario::read("objects-12").with_major(major)),
        expected,
        "{major}"
    );
}

/// Runs all checks of this file on a source and returns those that fail.
fn failing_checks(scenario: Scenario) -> BTreeSet<&'static str> {
    let (migration, answers) = scenario.record();
    let until = FAILING_UNTIL.map(|(id, _)| id);
    let all = [
        &ALWAYS_FAILING[..],
        &ALSO_ALWAYS_FAILING,
        &until,
        &NEVER_FAILING,
    ]
    .concat();
    let policy = Policy {
        only: all.iter().map(|id| (*id).to_owned()).collect(),
        ..Policy::default()
    };
    let facts = Facts::read(&migration, &answers);
    let outcomes = evaluate(&facts, &policy).outcomes;
    assert_eq!(outcomes.len(), all.len(), "each check is asked");
    let fails = outcomes.iter().filter(|o| o.status == Status::Fail);
    fails.map(|o| o.check.id).collect()
}

/// The source is a Single Server, the only kind of source whose postgres_fdw the service migrates. It does so up to 15,
/// so from 16 on it is the only finding.
#[test]
fn a_healthy_database_with_popular_extensions_has_no_findings() {
    std::thread::scope(|scope| {
        for major in pg::majors() {
            scope.spawn(move || {
                let fdw = (major > 15).then_some("extension-not-migrated");
                let found = failing_checks(Scenario::read("popular").with_major(major));
                assert_eq!(found, BTreeSet::from_iter(fdw), "{major}");
            });
        }
    });
}

/// pg_cron, pgaudit, orafce, pg_partman and wal2json, which Debian packages for its own major version. Version 5 of
/// pg_partman on the target breaks the packaged version 4. That is the only finding.
#[test]
fn packaged_extensions_of_debian_have_no_other_findings() {
    if pg::lacks_debian_packages() {
        eprintln!("not run: FLEXREADY_WITHOUT_PACKAGES is set");
        return;
    }
    let found = failing_checks(Scenario::read("popular-packages"));
    assert_eq!(found, BTreeSet::from(["extension-version-breaks"]));
}
