//! SARIF 2.1.0 for the Scans tab and for GitHub Advanced Security for Azure DevOps.
//!
//! Both want every result in a file of the repository: that is the plan, at the line of the migration; the object itself is the
//! logical location. What could not be read is a result too, for no tab shows notifications. A waived finding carries a
//! suppression that points at its waiver. Here: what a report becomes. Not here: the format's own shape (`shape`), what the
//! pipeline is called (`automation`).

mod automation;
mod rules;
mod shape;

use std::collections::BTreeMap;

use super::entries::{Entry, What, entries, not_answered};
use super::fingerprint;
use super::fleet::{Note, notes};
use super::text::{pretty_json, visible};
use super::value::Report;
use crate::checks::Severity;
use crate::verdict::Verdict;
use rules::{level, rules};
use shape::{
    ArtifactLocation, Configuration, Driver, Invocation, Location, Log, LogicalLocation,
    Notification, PhysicalLocation, Region, Result, ResultProperties, Rule, RuleProperties,
    RuleReference, Run, Suppression, Text, Tool,
};

pub use automation::Build;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// More results of one run are not kept.
const MOST_RESULTS: usize = 5_000;
/// Where results stand when there is no plan.
const NO_PLAN: &str = "flexready.toml";

/// Where a run took place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// The plan's path within the repository, with `/` between its parts.
    pub plan: Option<String>,
    pub build: Option<Build>,
}

/// The whole report as one SARIF run.
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

/// How it was judged, where that is not the usual.
fn configured(report: &Report) -> Vec<Notification> {
    let judged = report.policy.judged().into_iter();
    let notification = |said: String| Notification {
        level: "warning",
        message: text(&said),
        associated_rule: None,
    };
    judged.map(notification).collect()
}

fn text(text: &str) -> Text {
    Text {
        text: visible(text),
    }
}

/// The file that all results stand in.
struct Place {
    uri: String,
}

impl Place {
    fn new(surroundings: &Surroundings) -> Place {
        let path = surroundings.plan.as_deref().unwrap_or(NO_PLAN);
        // A URL only to have the path escaped as URIs want it.
        let mut url = url::Url::parse("file:///").expect("a URL");
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.clear().extend(path.split('/'));
        }
        let uri = url.path().trim_start_matches('/');
        let uri = uri.replace('|', "%7C").replace('^', "%5E");
        Place {
            uri: if uri.is_empty() {
                NO_PLAN.to_owned()
            } else {
                uri
            },
        }
    }

    fn line(&self, line: Option<usize>, logical: Vec<LogicalLocation>) -> Location {
        Location {
            physical_location: PhysicalLocation {
                artifact_location: ArtifactLocation {
                    uri: self.uri.clone(),
                },
                region: Region {
                    start_line: line.unwrap_or(1),
                },
            },
            logical_locations: logical,
        }
    }

    fn result(&self, entry: &Entry, index: usize, seen: &mut BTreeMap<String, usize>) -> Result {
        let (migration, object) = (visible(&entry.migration.name), visible(entry.object()));
        let logical = LogicalLocation {
            name: object.rsplit('/').next().unwrap_or(&object).to_owned(),
            fully_qualified_name: format!("{migration}/{object}"),
            kind: "resource",
        };
        let target = entry.migration.target.as_ref().map(|t| visible(&t.id));
        let unknown = matches!(entry.what, What::Unknown(_));
        let about = match entry.object() {
            "server" => migration.clone(),
            _ => format!("{migration}: {object}"),
        };
        let message = format!("{about}: {}", entry.message());
        Result {
            rule_id: entry.check.id.clone(),
            rule_index: index,
            kind: "fail",
            level: level(entry.weight),
            message: text(&message),
            locations: [self.line(entry.migration.plan_line, vec![logical])],
            partial_fingerprints: fingerprints(entry, seen),
            suppressions: self.suppression(entry).into_iter().collect(),
            properties: ResultProperties {
                migration,
                target,
                unknown,
            },
        }
    }

    fn of_fleet(&self, note: &Note, index: usize) -> Result {
        let migration = match note.migrations {
            [] => "fleet".to_owned(),
            names => visible(&names.join("; ")),
        };
        let object = visible(note.object);
        let logical = LogicalLocation {
            name: object.rsplit('/').next().unwrap_or(&object).to_owned(),
            fully_qualified_name: format!("fleet/{object}"),
            kind: "resource",
        };
        let target = note.target.map(str::to_lowercase).unwrap_or_default();
        let mark = fingerprint::of(&[note.kind.id, &target, &migration, note.object]);
        Result {
            rule_id: note.kind.id.to_owned(),
            rule_index: index,
            kind: "fail",
            level: level(Severity::Blocker),
            message: text(&note.message),
            locations: [self.line(None, vec![logical])],
            partial_fingerprints: marks(&mark, 1),
            suppressions: Vec::new(),
            properties: ResultProperties {
                migration,
                target: note.target.map(visible),
                unknown: note.kind.is_unknown,
            },
        }
    }

    fn suppression(&self, entry: &Entry) -> Option<Suppression> {
        let What::Found(finding) = entry.what else {
            return None;
        };
        let waived = finding.waived.as_ref()?;
        Some(Suppression {
            kind: "external",
            status: "accepted",
            justification: visible(&waived.words()),
            location: self.line(Some(waived.line), Vec::new()),
        })
    }
}

/// Ids that stay the same from run to run: they rest on check, servers and object, on no word and no number.
fn fingerprints(
    entry: &Entry,
    seen: &mut BTreeMap<String, usize>,
) -> BTreeMap<&'static str, String> {
    let migration = entry.migration;
    let target = migration.target.as_ref().map(|t| t.id.to_lowercase());
    let source = migration
        .source
        .as_ref()
        .map(|s| format!("{}:{}", s.host, s.port));
    let kind = match entry.what {
        What::Found(_) => "found",
        What::Unknown(_) => "unknown",
    };
    let object = match entry.what {
        What::Found(finding) => finding.object.as_str(),
        What::Unknown(_) => "",
    };
    let whole = fingerprint::of(&[
        &entry.check.id,
        &target.unwrap_or_default(),
        &source.unwrap_or_default(),
        &migration.name,
        kind,
        object,
    ]);
    let times = seen.entry(whole.clone()).or_default();
    *times += 1;
    marks(&whole, *times)
}

/// A fingerprint under the names that readers look for; `times`: which of those alike.
fn marks(whole: &str, times: usize) -> BTreeMap<&'static str, String> {
    BTreeMap::from([
        (
            "primaryLocationLineHash",
            format!("{}:{times}", &whole[..16]),
        ),
        ("flexreadyFinding/v1", format!("{whole}:{times}")),
    ])
}
