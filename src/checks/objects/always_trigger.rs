//! Checks for triggers and rules that fire during replay. Since 0.1.0.
//! Changes are replayed with triggers off, except those enabled as ALWAYS or REPLICA.
//! PostgreSQL rule: `session_replication_role` and `ALTER TABLE … ENABLE ALWAYS TRIGGER`.

use super::per_database_checks::{check_copy_hazards, source_statement};
use crate::checks::{Check, CheckResult, Finding, Needs, Object, Severity};
use crate::config::MigrationMode;
use crate::facts::Facts;
use crate::facts::source::copy_hazards::AlwaysTrigger;

pub const CHECK: Check = Check {
    id: "always-trigger",
    title: "A trigger or rule fires while changes are replayed",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Source,
    mode: Some(MigrationMode::Online),
    official: &[],
    why: "What a trigger did on the source arrives on the target as a change of its own. A trigger that is enabled ALWAYS or for \
          REPLICA does it there once more: rows are counted, logged or sent twice.",
    fix: "Let it fire for local changes only while the migration runs, and set it back after cutover; or see that firing twice \
          does no harm.",
    verify: "SELECT tgrelid::regclass, tgname, tgenabled FROM pg_trigger WHERE tgenabled IN ('A', 'R') AND NOT tgisinternal",
    link: "https://www.postgresql.org/docs/current/sql-altertable.html",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    check_copy_hazards(
        facts,
        "trigger",
        |r| &r.always_triggers,
        |database, trigger| Some(finding(database, trigger)),
    )
}

fn finding(database: &str, trigger: &AlwaysTrigger) -> Finding {
    let AlwaysTrigger {
        kind,
        object,
        table_name,
        name,
        enabled,
    } = trigger;
    let message = format!(
        "the {kind} `{name}` on `{table_name}` is enabled {enabled}: it fires on the target too"
    );
    let enable = |when: &str| {
        let what = kind.to_uppercase();
        let statement = format!("ALTER TABLE {table_name} ENABLE {when}{what} {name}");
        source_statement(database, &statement)
    };
    let back = enable(&format!("{enabled} ")).afterwards();
    Finding::new(Object::in_database(database, kind, object), message)
        .with_fix(enable(""))
        .with_fix(back.with_note("on the target, and on the source if it goes on"))
}
