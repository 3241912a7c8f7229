//! An event trigger is a superuser's to create, and once created it fires for all that comes after it. Since 0.1.0.

use super::each::{each, within};
use crate::checks::{Check, Finding, Judged, Needs, Severity, command};
use crate::facts::Facts;
use crate::facts::objects::EventTrigger;

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
    look: "SELECT evtname, evtevent, evtfoid::regprocedure, evtenabled FROM pg_event_trigger",
    link: "https://www.postgresql.org/docs/current/sql-createeventtrigger.html",
    run,
};

fn run(facts: &Facts) -> Judged {
    each(
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
        format!("{database}/event-trigger/{}", trigger.name),
        message,
    )
    .evidence("enabled", trigger.enabled);
    if !trigger.enabled {
        return finding.milder(Severity::Note);
    }
    let disable = format!(
        "ALTER EVENT TRIGGER {} DISABLE",
        command::identifier(&trigger.name)
    );
    finding.fix(within(database, &disable))
}
