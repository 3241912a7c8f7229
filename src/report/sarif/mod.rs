//! SARIF 2.1.0 for the Scans tab and for GitHub Advanced Security for Azure DevOps.
//!
//! Both require every result to be in a file of the repository. The results are therefore in the plan, at the line of
//! the migration, and the object is the logical location.
//!
//! A missing answer is a result too, because no tab shows notifications. A waived finding has a suppression that points
//! to its waiver.

mod automation;
mod results;
mod rules;
mod shape;

use std::collections::BTreeMap;

use super::entries::{Entry, What, entries, not_answered};
use super::fleet::{Note, notes};
use super::text::{pretty_json, visible};
use super::value::Report;
use crate::checks::Severity;
use crate::verdict::Verdict;
use results::Place;
use rules::rules;
use shape::{Driver, Invocation, Log, Notification, Result, Rule, RuleReference, Run, Text, Tool};

pub use automation::Build;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// GitHub Advanced Security keeps at most this many results of one run.
const MOST_RESULTS: usize = 5_000;

/// The environment of the run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// Path of the plan within the repository, separated by `/`.
    pub plan: Option<String>,
    pub build: Option<Build>,
}

/// Renders the report as one SARIF run.
pub fn sarif(report: &Report, surroundings: &Surroundings) -> String {
    let all = entries(report);
    let of_fleet = notes(report);
    let rules = rules(report, &of_fleet);
    let place = Place::new(surroundings);
    let index = |id: &str| rules.iter().position(|r| r.id == id).unwrap_or_default();
    let mut seen = BTreeMap::new();
    let whole = of_fleet.iter().map(|n| place.of_fleet(n, index(n.kind.id)));
    let whole: Vec<Result> = whole.take(MOST_RESULTS).collect();
    let room = MOST_RESULTS - whole.len();
    let results = all.iter().take(room);
    let results = results.map(|e| place.result(e, index(&e.check.id), &mut seen));
    let run = Run {
        automation_details: surroundings.build.as_ref().map(Build::details),
        invocations: [invocation(
            report,
            &all,
            all.len().saturating_sub(room),
            &of_fleet,
            &index,
        )],
        results: whole.into_iter().chain(results).collect(),
        tool: Tool {
            driver: driver(report, rules),
        },
        column_kind: "unicodeCodePoints",
    };
    pretty_json(&Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [run],
    })
}

fn driver(report: &Report, rules: Vec<Rule>) -> Driver {
    let (name, version) = (&report.tool.name, &report.tool.version);
    Driver {
        name: name.clone(),
        full_name: format!("{name} {version}: readiness for Azure Database for PostgreSQL"),
        semantic_version: version.clone(),
        rules,
    }
}

fn invocation(
    report: &Report,
    all: &[Entry],
    left_out: usize,
    of_fleet: &[Note],
    index: &dyn Fn(&str) -> usize,
) -> Invocation {
    let unread = of_fleet.iter().filter(|n| n.kind.is_unknown);
    let unread = unread.map(|n| Notification {
        level: level(Severity::Blocker),
        message: text(&n.message),
        associated_rule: Some(RuleReference {
            id: n.kind.id.to_owned(),
            index: index(n.kind.id),
        }),
    });
    let unknown = all.iter().filter_map(|e| match e.what {
        What::Unknown(missing) => Some(Notification {
            level: level(e.weight),
            message: text(&format!("{}: {}", e.check.id, not_answered(missing))),
            associated_rule: Some(RuleReference {
                id: e.check.id.clone(),
                index: index(&e.check.id),
            }),
        }),
        What::Found(_) => None,
    });
    let mut notifications: Vec<Notification> = unread.chain(unknown).collect();
    let is_blind = notifications
        .iter()
        .any(|n| n.level == level(Severity::Blocker));
    if left_out > 0 {
        notifications.push(Notification {
            level: "warning",
            message: text(&format!("{left_out} milder results are left out here")),
            associated_rule: None,
        });
    }
    Invocation {
        execution_successful: !is_blind && report.verdict != Verdict::Incomplete,
        exit_code: report.exit_code,
        exit_code_description: report.exit_reason.clone(),
        start_time_utc: report.recorded_at.clone(),
        tool_execution_notifications: notifications,
        tool_configuration_notifications: configured(report),
    }
}

/// Returns the policy settings that differ from the defaults, as notifications.
fn configured(report: &Report) -> Vec<Notification> {
    let judged = report.policy.judged().into_iter();
    let notification = |said: String| Notification {
        level: "warning",
        message: text(&said),
        associated_rule: None,
    };
    judged.map(notification).collect()
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Blocker => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn text(text: &str) -> Text {
    Text {
        text: visible(text),
    }
}
