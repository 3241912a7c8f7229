//! Builds SARIF results with their location and their fingerprint.

use std::collections::BTreeMap;

use super::sarif_model::{
    ArtifactLocation, LogicalLocation, PhysicalLocation, ResultProperties, SarifLocation,
    SarifRegion, SarifResult, SarifSuppression,
};
use super::{RunContext, level, sarif_text};
use crate::checks::Severity;
use crate::report::entries::{EntryKind, ReportEntry};
use crate::report::fingerprint;
use crate::report::fleet::FleetFinding;
use crate::report::sanitize::escape_control;

/// File of the results if there is no plan.
const DEFAULT_FILE: &str = "flexready.toml";

/// Builds results in one file.
pub(crate) struct ResultBuilder {
    uri: String,
}

impl ResultBuilder {
    pub(crate) fn new(surroundings: &RunContext) -> ResultBuilder {
        let path = surroundings.plan.as_deref().unwrap_or(DEFAULT_FILE);
        // The URL is only used to escape the path as a URI.
        let mut url = url::Url::parse("file:///").expect("a URL");
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.clear().extend(path.split('/'));
        }
        let uri = url.path().trim_start_matches('/');
        let uri = uri.replace('|', "%7C").replace('^', "%5E");
        ResultBuilder {
            uri: if uri.is_empty() {
                DEFAULT_FILE.to_owned()
            } else {
                uri
            },
        }
    }

    fn location(&self, line: Option<usize>, logical: Vec<LogicalLocation>) -> SarifLocation {
        SarifLocation {
            physical_location: PhysicalLocation {
                artifact_location: ArtifactLocation {
                    uri: self.uri.clone(),
                },
                region: SarifRegion {
                    start_line: line.unwrap_or(1),
                },
            },
            logical_locations: logical,
        }
    }

    pub(crate) fn build(
        &self,
        entry: &ReportEntry,
        index: usize,
        seen: &mut BTreeMap<String, usize>,
    ) -> SarifResult {
        let (migration, object) = (
            escape_control(&entry.migration.name),
            escape_control(&entry.object()),
        );
        let logical = LogicalLocation {
            name: object.rsplit('/').next().unwrap_or(&object).to_owned(),
            fully_qualified_name: format!("{migration}/{object}"),
            kind: "resource",
        };
        let target = entry
            .migration
            .target
            .as_ref()
            .map(|t| escape_control(&t.id));
        let unknown = matches!(entry.kind, EntryKind::Missing(_));
        let about = if entry.is_about_server() {
            migration.clone()
        } else {
            format!("{migration}: {object}")
        };
        let message = format!("{about}: {}", entry.message());
        SarifResult {
            rule_id: entry.check.id.clone(),
            rule_index: index,
            kind: "fail",
            level: level(entry.severity),
            message: sarif_text(&message),
            locations: [self.location(entry.migration.plan_line, vec![logical])],
            partial_fingerprints: fingerprints(entry, seen),
            suppressions: self.suppression(entry).into_iter().collect(),
            properties: ResultProperties {
                migration,
                target,
                unknown,
            },
        }
    }

    pub(crate) fn build_for_fleet(&self, note: &FleetFinding, index: usize) -> SarifResult {
        let migration = match note.migrations {
            [] => "fleet".to_owned(),
            names => escape_control(&names.join("; ")),
        };
        let object = escape_control(note.object);
        let logical = LogicalLocation {
            name: object.rsplit('/').next().unwrap_or(&object).to_owned(),
            fully_qualified_name: format!("fleet/{object}"),
            kind: "resource",
        };
        let target = note.target.map(str::to_lowercase).unwrap_or_default();
        let mark = fingerprint::fingerprint(&[note.kind.id, &target, &migration, note.object]);
        SarifResult {
            rule_id: note.kind.id.to_owned(),
            rule_index: index,
            kind: "fail",
            level: level(Severity::Blocker),
            message: sarif_text(&note.message),
            locations: [self.location(None, vec![logical])],
            partial_fingerprints: fingerprint_fields(&mark, 1),
            suppressions: Vec::new(),
            properties: ResultProperties {
                migration,
                target: note.target.map(escape_control),
                unknown: note.kind.is_unknown,
            },
        }
    }

    fn suppression(&self, entry: &ReportEntry) -> Option<SarifSuppression> {
        let EntryKind::Finding(finding) = entry.kind else {
            return None;
        };
        let waived = finding.waived.as_ref()?;
        Some(SarifSuppression {
            kind: "external",
            status: "accepted",
            justification: escape_control(&waived.describe()),
            location: self.location(Some(waived.line), Vec::new()),
        })
    }
}

/// Returns fingerprints that stay the same from run to run. They depend on check, servers, and object, not on messages
/// or counts.
fn fingerprints(
    entry: &ReportEntry,
    seen: &mut BTreeMap<String, usize>,
) -> BTreeMap<&'static str, String> {
    let migration = entry.migration;
    let target = migration.target.as_ref().map(|t| t.id.to_lowercase());
    let source = migration
        .source
        .as_ref()
        .map(|s| format!("{}:{}", s.host, s.port));
    let kind = match entry.kind {
        EntryKind::Finding(_) => "found",
        EntryKind::Missing(_) => "unknown",
    };
    let object = match entry.kind {
        EntryKind::Finding(finding) => finding.object.to_string(),
        EntryKind::Missing(_) => String::new(),
    };
    let whole = fingerprint::fingerprint(&[
        &entry.check.id,
        &target.unwrap_or_default(),
        &source.unwrap_or_default(),
        &migration.name,
        kind,
        &object,
    ]);
    let times = seen.entry(whole.clone()).or_default();
    *times += 1;
    fingerprint_fields(&whole, *times)
}

/// Returns the fingerprint under the names that readers expect. `occurrence` numbers results with the same fingerprint.
fn fingerprint_fields(fingerprint: &str, occurrence: usize) -> BTreeMap<&'static str, String> {
    BTreeMap::from([
        (
            "primaryLocationLineHash",
            format!("{}:{occurrence}", &fingerprint[..16]),
        ),
        ("flexreadyFinding/v1", format!("{fingerprint}:{occurrence}")),
    ])
}
