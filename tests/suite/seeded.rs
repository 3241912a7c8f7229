//! One source with everything that a dump and restore trips over, on every major: exactly the checks that look for it
//! report, of all checks of a database's contents. Its recordings of 12 and 17 are in `fixtures/recordings`.
//!
//! Not in this source, as no one server can be in all states at once, and tested on servers of their own:
//! a standby and its followers, nine databases (`source::load`), running jobs (`source::extensions`).

use std::collections::BTreeSet;

use flexready::facts::Facts;
use flexready::verdict::{Policy, Status, judge};

use crate::support::pg;
use crate::worlds::story::Story;

/// On every major.
const ALWAYS: [&str; 31] = [
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

const ALWAYS_TOO: [&str; 3] = [
    "security-label-unprovided",
    "always-trigger",
    "prepared-transaction",
];

/// And the last major whose servers take what they look for. 18 lacks what no newer major could have removed yet.
const UNTIL: [(&str, u32); 5] = [
    ("tables-with-oids", 11),
    ("removed-data-type", 12),
    ("removed-operator", 16),
    ("view-over-changed-catalog", 17),
    ("removed-name-in-function", 17),
];

/// What this source does not show, though it is looked for.
const ELSEWHERE: [&str; 4] = [
    "too-many-databases",
    "source-is-standby",
    "replicas-over-limit",
    "extension-jobs-running",
];

#[test]
fn every_problem_is_found_on_every_major_and_nothing_else() {
    std::thread::scope(|scope| {
        for major in pg::majors() {
            scope.spawn(move || on(major));
        }
    });
}

fn on(major: u32) {
    let still = UNTIL.iter().filter(|(_, last)| major <= *last);
    let expected: BTreeSet<&str> = (ALWAYS.iter().chain(&ALWAYS_TOO))
        .copied()
        .chain(still.map(|(id, _)| *id))
        .collect();
    assert_eq!(
        failing(Story::read("objects-12").on(major)),
        expected,
        "{major}"
    );
}

/// Those of this checks that report, on a source like this.
fn failing(story: Story) -> BTreeSet<&'static str> {
    let (migration, answers) = story.record();
    let until = UNTIL.map(|(id, _)| id);
    let all = [&ALWAYS[..], &ALWAYS_TOO, &until, &ELSEWHERE].concat();
    let policy = Policy {
        only: all.iter().map(|id| (*id).to_owned()).collect(),
        ..Policy::default()
    };
    let facts = Facts::read(&migration, &answers);
    let outcomes = judge(&facts, &policy).outcomes;
    assert_eq!(outcomes.len(), all.len(), "each check is asked");
    let fails = outcomes.iter().filter(|o| o.status == Status::Fail);
    fails.map(|o| o.check.id).collect()
}

/// From a Single Server, as it is the one kind of source whose postgres_fdw the service carries; up to 15, and from 16 on
/// that is the one thing to tell.
#[test]
fn a_healthy_database_with_popular_extensions_gives_nothing() {
    std::thread::scope(|scope| {
        for major in pg::majors() {
            scope.spawn(move || {
                let fdw = (major > 15).then_some("extension-not-migrated");
                let found = failing(Story::read("popular").on(major));
                assert_eq!(found, BTreeSet::from_iter(fdw), "{major}");
            });
        }
    });
}

/// pg_cron, pgaudit, orafce, pg_partman and wal2json, which Debian has for its own major.
#[test]
fn nor_do_the_extensions_of_debians_15() {
    if pg::goes_without_packages() {
        eprintln!("not run: FLEXREADY_WITHOUT_PACKAGES is set");
        return;
    }
    assert_eq!(failing(Story::read("popular-packages")), BTreeSet::new());
}
