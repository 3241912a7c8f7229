//! Builds SARIF results with their location and their fingerprint.

use std::collections::BTreeMap;

use super::shape::{
    ArtifactLocation, Location, LogicalLocation, PhysicalLocation, Region, Result,
    ResultProperties, Suppression,
};
use super::{Surroundings, level, text};
use crate::checks::Severity;
use crate::report::entries::{Entry, What};
use crate::report::fingerprint;
use crate::report::fleet::Note;
use crate::report::text::visible;

/// File of the results if there is no plan.
const NO_PLAN: &str = "flexready.toml";

/// Builds results in one file.
pub(super) struct Place {
    uri: String,
}

impl Place {
    pub(super) fn new(surroundings: &Surroundings) -> Place {
        let path = surroundings.plan.as_deref().unwrap_or(NO_PLAN);
        // The URL is only used to escape the path as a URI.
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

    pub(super) fn result(
        &self,
        entry: &Entry,
        index: usize,
        seen: &mut BTreeMap<String, usize>,
    ) -> Result {
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

    pub(super) fn of_fleet(&self, note: &Note, index: usize) -> Result {
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

/// Returns fingerprints that stay the same from run to run. They depend on check, servers, and object, not on messages
/// or counts.
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

/// Returns the fingerprint under the names that readers expect. `occurrence` numbers results with the same fingerprint.
fn marks(whole: &str, times: usize) -> BTreeMap<&'static str, String> {
    BTreeMap::from([
        (
            "primaryLocationLineHash",
            format!("{}:{times}", &whole[..16]),
        ),
        ("flexreadyFinding/v1", format!("{whole}:{times}")),
    ])
}
