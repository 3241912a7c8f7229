//! The comments of the scripts: deleted resources, repeated steps, and steps after the migration.

use serde_json::json;

use super::scripts::{both_scripts, gather_case_value};
use super::{blocked_scenario, scripts_and_blockers};

/// Returns the comments as continuous text, without comment marks.
fn comment_text(script: &str) -> String {
    script.replace("\n# ", " ").replace("  ", " ")
}

#[test]
fn locks_are_deleted_first_and_deletions_are_listed_at_the_top() {
    let (azure, migration) = blocked_scenario();
    azure.change("/flexibleservers/orders-target", |body| {
        body["properties"]["state"] = json!("Stopped");
    });
    let (before, _, _, _) = scripts_and_blockers(&migration, &azure.ask(&migration));
    let commands: Vec<&str> = before
        .lines()
        .filter(|l| ["az ", "on_source "].iter().any(|w| l.starts_with(w)))
        .collect();
    assert!(commands[0].starts_with("az lock delete"), "{commands:#?}");
    assert!(
        commands[1].starts_with("az postgres flexible-server start"),
        "{commands:#?}"
    );
    let head = before.split("set -euo").next().unwrap();
    for words in [
        "makes again: 2 (lock `keep`, read replica `orders-read`).",
        "may be run again without the step that starts the server.",
    ] {
        assert!(comment_text(head).contains(words), "{words}: {head}");
    }
}

#[test]
fn a_step_appears_once_and_a_finding_with_several_steps_appears_once() {
    let case = json!({ "migration": { "mode": "online" }, "answers": {
        "source/orders/settings": { "patch": { "wal_level": { "reset_val": "replica" } } },
    } });
    let (migration, answers) = gather_case_value(case);
    let [before, restore] = both_scripts(&migration, &answers);
    let level = before.matches("ALTER SYSTEM SET wal_level").count();
    assert_eq!(level, 1, "{before}");
    let told_of_level = before.matches("[wal-level-not-logical, blocker]").count();
    assert_eq!(
        told_of_level, 2,
        "as a step, and as a restart by hand\n{before}"
    );
    for words in [
        "ALTER SYSTEM SET wal_level = 'replica'; -- afterwards",
        "ALTER SYSTEM RESET wal_sender_timeout; SELECT pg_reload_conf();",
    ] {
        assert!(restore.contains(words), "{words}: {restore}");
    }
    let case = json!({ "answers": {
        "source/orders/unreadable": { "json": [
            { "schema": "app", "may_enter": false, "tables": 1, "sequences": 1, "names": ["a"] }
        ] },
    } });
    let (migration, answers) = gather_case_value(case);
    let [before, _] = both_scripts(&migration, &answers);
    let grants = before.matches("\non_source orders 'GRANT").count();
    assert!(grants > 1, "{before}");
    let finding = before.matches("[source-user-cannot-read, blocker]").count();
    assert_eq!(finding, 1, "{before}");
}

#[test]
fn steps_after_the_migration_are_listed() {
    let case = json!({ "migration": { "mode": "online" }, "answers": {
        "source/orders/casts": { "json": [
            { "source": "app.status", "target": "integer", "function": "app.number_of(app.status)",
              "context": "assignment", "total": 1 }
        ] },
        "source/orders/event_triggers": { "json": [
            { "name": "audit\nrm -rf", "event": "ddl_command_end", "function": "app.note_ddl()", "enabled": true,
              "tags": ["CREATE TABLE"], "total": 1 }
        ] },
        "source/orders/identities": { "json": [
            { "schema": "public", "name": "events", "identity": "d", "key": null, "updates": 1, "deletes": 0,
              "stats_reset": null, "total": 1, "total_changed": 1 }
        ] },
    } });
    let (migration, answers) = gather_case_value(case);
    let [_, restore] = both_scripts(&migration, &answers);
    for words in [
        "#     CREATE CAST (app.status AS integer) WITH FUNCTION app.number_of(app.status) AS ASSIGNMENT;",
        "#     CREATE EVENT TRIGGER \"audit\u{fffd}rm -rf\" ON ddl_command_end WHEN TAG IN ('CREATE TABLE')",
        "#     ALTER EVENT TRIGGER \"audit\u{fffd}rm -rf\" ENABLE;",
        "#     ALTER TABLE \"public\".\"events\" REPLICA IDENTITY DEFAULT;",
    ] {
        assert!(restore.contains(words), "{words}: {restore}");
    }
}
