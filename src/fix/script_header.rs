//! Writes the header of a script: its purpose, its requirements, and the number of restarts, costs, and deletions.

use super::plan::PlannedStep;
use crate::commands::step::StepOrder;
use crate::facts::Facts;
use crate::facts::target::service::locks::ManagementLock;
use crate::time_format::format_utc_minute;
use crate::verdict::Evaluation;

/// Returns the header of the preparation script.
pub(crate) fn preparation_header(
    facts: &Facts,
    judgement: &Evaluation,
    steps: &[&PlannedStep],
    has_restart: bool,
) -> Vec<String> {
    let costly = steps
        .iter()
        .filter(|w| w.step.impact.cost.is_some())
        .count();
    let restarting =
        steps.iter().filter(|w| w.step.impact.restarts).count() + usize::from(has_restart);
    let unknown = judgement
        .outcomes
        .iter()
        .filter(|o| !o.missing.is_empty())
        .count();
    // It is not documented whether az accepts a start command for a running server.
    let exception = if steps.iter().any(|w| w.step.order == StepOrder::Start) {
        " without the step that starts the server"
    } else {
        ""
    };
    let mut head = vec![
        origin_line(facts, "before the migration"),
        format!(
            "Read it before you run it. It stops at the first error, and may be run again{exception}. What a person has to decide \
             stands in it as a comment, with the choices."
        ),
        format!("Steps that restart the target: {restarting}. Steps that cost money: {costly}."),
    ];
    head.extend(deletion_summary(steps));
    head.extend(read_only_lock_warnings(facts));
    if unknown > 0 {
        let (checks, they) = match unknown {
            1 => ("check", "it"),
            _ => ("checks", "they"),
        };
        head.push(format!(
            "{unknown} {checks} could not be answered: what {they} would ask for is not here."
        ));
    }
    head
}

/// Returns a summary of the resources that the steps delete, or `None` if there are none.
fn deletion_summary(steps: &[&PlannedStep]) -> Option<String> {
    let all = steps
        .iter()
        .filter_map(|w| w.step.impact.deletes.as_deref());
    let names: Vec<&str> = all.collect();
    let count = names.len();
    (count > 0).then(|| {
        let names = names.join(", ");
        format!("Steps that delete something which `flexready fix --restore` makes again: {count} ({names}).")
    })
}

/// Returns a warning for each read-only lock that blocks all changes and that the script does not remove.
fn read_only_lock_warnings(facts: &Facts) -> Vec<String> {
    let locks = facts.service.as_ref().and_then(|s| s.locks.as_ref());
    let all = locks.map(Vec::as_slice).unwrap_or_default().iter();
    let frozen = all.filter(|lock| !lock.is_on_server() && lock.is_read_only() == Ok(true));
    let warning = |lock: &ManagementLock| {
        let (name, on) = (&lock.name, lock.scope_label());
        format!(
            "Lock `{name}` of level `ReadOnly` lies on {on}: until somebody takes it away (see below), Azure refuses the first \
             step."
        )
    };
    frozen.map(warning).collect()
}

/// Returns the first line of a script: the tool version, the migration, and the time of the answers.
pub(crate) fn origin_line(facts: &Facts, moment: &str) -> String {
    let name = &facts.migration.name;
    format!(
        "flexready {}: what to do {moment} `{name}`, from answers of {}.",
        env!("CARGO_PKG_VERSION"),
        format_utc_minute(facts.recorded_at)
    )
}

pub(crate) fn requirements_line(has_statements: bool) -> String {
    let psql = if has_statements {
        ", and psql for statements"
    } else {
        ""
    };
    format!("Needs Azure CLI 2.91, signed in with rights to change the resources named{psql}.")
}
