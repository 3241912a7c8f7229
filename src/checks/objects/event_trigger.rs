//! Checks for event triggers. Since 0.1.0.
//! Only a superuser can create an event trigger. Once created, it fires for all later commands.

use super::per_database_checks::{check_objects, recreate_on_target, source_statement};
use crate::checks::{Check, CheckResult, Finding, Needs, Object, Severity};
use crate::commands::quote;
use crate::facts::Facts;
use crate::facts::source::objects::EventTrigger;

pub const CHECK: Check = Check {
    id: "event-trigger",
    title: "An event trigger is in a database",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Source,
    mode: None,
    official: &[],
    why: "PostgreSQL lets only a superuser create event triggers, and the target's administrator may not be let either; where it is created, it fires for what the migration does. The rule is PostgreSQL's own; the service's pages say nothing of event triggers.",
    fix: "Keep the statement; disable or drop the event trigger for the time of the migration, and create it on the target afterwards, or do without it.",
    verify: "SELECT evtname, evtevent, evtfoid::regprocedure, evtenabled FROM pg_event_trigger",
    link: "https://www.postgresql.org/docs/current/sql-createeventtrigger.html",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    check_objects(
        facts,
        "event-trigger",
        |parts| &parts.event_triggers,
        |database, trigger| Some(finding(database, trigger)),
    )
}

fn finding(database: &str, trigger: &EventTrigger) -> Finding {
    let state = if trigger.enabled {
        "calls"
    } else {
        "is disabled, and would call"
    };
    let tags = match &trigger.tags {
        Some(tags) => format!(" of {}", tags.join(", ")),
        None => String::new(),
    };
    let message = format!(
        "`{}` {state} `{}` on `{}`{tags}",
        trigger.name, trigger.function, trigger.event
    );
    let finding = Finding::new(
        Object::in_database(database, "event-trigger", &trigger.name),
        message,
    )
    .with_evidence("enabled", trigger.enabled);
    let name = quote::quote_identifier(&trigger.name);
    let alter =
        |what: &str| source_statement(database, &format!("ALTER EVENT TRIGGER {name} {what}"));
    let recreate = recreate_on_target(database, &create_statement(&name, trigger))
        .with_note("on the target, where it did not arrive");
    if !trigger.enabled {
        let disabled = alter("DISABLE").on_target().afterwards();
        return finding
            .with_severity(Severity::Note)
            .with_fix(recreate)
            .with_fix(disabled.with_note("on the target"));
    }
    finding
        .with_fix(alter("DISABLE"))
        .with_fix(recreate)
        .with_fix(
            alter("ENABLE")
                .afterwards()
                .with_note("on the source if it goes on"),
        )
}

/// Returns the statement that creates the event trigger. Every version accepts the keyword `PROCEDURE`.
fn create_statement(name: &str, trigger: &EventTrigger) -> String {
    let (event, function) = (&trigger.event, &trigger.function);
    let tags = trigger.tags.iter().flatten();
    let tags: Vec<String> = tags.map(|tag| quote::quote_literal(tag)).collect();
    let when = if tags.is_empty() {
        String::new()
    } else {
        format!(" WHEN TAG IN ({})", tags.join(", "))
    };
    format!("CREATE EVENT TRIGGER {name} ON {event}{when} EXECUTE PROCEDURE {function}")
}
