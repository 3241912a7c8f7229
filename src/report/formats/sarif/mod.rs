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
mod sarif_model;

use std::collections::BTreeMap;

use results::ResultBuilder;
use rules::build_rules;
use sarif_model::{
    RuleReference, SarifDriver, SarifInvocation, SarifLog, SarifNotification, SarifResult,
    SarifRule, SarifRun, SarifText, SarifTool,
};

use crate::checks::Severity;
use crate::report::entries::{EntryKind, ReportEntry, entries, not_checked_message};
use crate::report::fleet::{FleetFinding, fleet_findings};
use crate::report::model::Report;
use crate::report::sanitize::{escape_control, pretty_json};
use crate::verdict::Verdict;

pub use automation::PipelineBuild;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// GitHub Advanced Security keeps at most this many results of one run.
const MAX_RESULTS: usize = 5_000;

/// The environment of the run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunContext {
    /// Path of the plan within the repository, separated by `/`.
    pub plan: Option<String>,
    pub build: Option<PipelineBuild>,
}

/// Renders the report as one SARIF run.
pub fn sarif(report: &Report, context: &RunContext) -> String {
    let all = entries(report);
    let of_fleet = fleet_findings(report);
    let rules = build_rules(report, &of_fleet);
    let place = ResultBuilder::new(context);
    let index = |id: &str| rules.iter().position(|r| r.id == id).unwrap_or_default();
    let mut seen = BTreeMap::new();
    let whole = of_fleet
        .iter()
        .map(|n| place.build_for_fleet(n, index(n.kind.id)));
    let whole: Vec<SarifResult> = whole.take(MAX_RESULTS).collect();
    let remaining = MAX_RESULTS - whole.len();
    let results = all.iter().take(remaining);
    let results = results.map(|e| place.build(e, index(&e.check.id), &mut seen));
    let run = SarifRun {
        automation_details: context
            .build
            .as_ref()
            .map(PipelineBuild::automation_details),
        invocations: [build_invocation(
            report,
            &all,
            all.len().saturating_sub(remaining),
            &of_fleet,
            &index,
        )],
        results: whole.into_iter().chain(results).collect(),
        tool: SarifTool {
            driver: build_driver(report, rules),
        },
        column_kind: "unicodeCodePoints",
    };
    pretty_json(&SarifLog {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [run],
    })
}

fn build_driver(report: &Report, rules: Vec<SarifRule>) -> SarifDriver {
    let (name, version) = (&report.tool.name, &report.tool.version);
    SarifDriver {
        name: name.clone(),
        full_name: format!("{name} {version}: readiness for Azure Database for PostgreSQL"),
        semantic_version: version.clone(),
        rules,
    }
}

fn build_invocation(
    report: &Report,
    all: &[ReportEntry],
    left_out: usize,
    of_fleet: &[FleetFinding],
    index: &dyn Fn(&str) -> usize,
) -> SarifInvocation {
    let unread = of_fleet.iter().filter(|n| n.kind.is_unknown);
    let unread = unread.map(|n| SarifNotification {
        level: level(Severity::Blocker),
        message: sarif_text(&n.message),
        associated_rule: Some(RuleReference {
            id: n.kind.id.to_owned(),
            index: index(n.kind.id),
        }),
    });
    let unknown = all.iter().filter_map(|e| match e.kind {
        EntryKind::Missing(missing) => Some(SarifNotification {
            level: level(e.severity),
            message: sarif_text(&format!("{}: {}", e.check.id, not_checked_message(missing))),
            associated_rule: Some(RuleReference {
                id: e.check.id.clone(),
                index: index(&e.check.id),
            }),
        }),
        EntryKind::Finding(_) => None,
    });
    let mut notifications: Vec<SarifNotification> = unread.chain(unknown).collect();
    let is_blind = notifications
        .iter()
        .any(|n| n.level == level(Severity::Blocker));
    if left_out > 0 {
        notifications.push(SarifNotification {
            level: "warning",
            message: sarif_text(&format!("{left_out} milder results are left out here")),
            associated_rule: None,
        });
    }
    SarifInvocation {
        execution_successful: !is_blind && report.verdict != Verdict::Incomplete,
        exit_code: report.exit_code,
        exit_code_description: report.exit_reason.clone(),
        start_time_utc: report.recorded_at.clone(),
        tool_execution_notifications: notifications,
        tool_configuration_notifications: policy_notifications(report),
    }
}

/// Returns the policy settings that differ from the defaults, as notifications.
fn policy_notifications(report: &Report) -> Vec<SarifNotification> {
    let judged = report.policy.describe_policy().into_iter();
    let notification = |said: String| SarifNotification {
        level: "warning",
        message: sarif_text(&said),
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

fn sarif_text(text: &str) -> SarifText {
    SarifText {
        text: escape_control(text),
    }
}
