//! Builds the report: run data, one report for each migration, and the overall verdict.

use time::UtcOffset;
use time::format_description::well_known::Rfc3339;

use super::exit::exit_reason;
use super::migration::{Case, Judged};
use super::value::{AskedAs, FleetReport, MigrationReport, PolicyReport, Report, SCHEMA, Tool};
use crate::plan::fleet::FleetNote;
use crate::question::{Answers, Origin};
use crate::verdict::{self, Policy, Verdict};

/// Returns the head of a report that contains only this migration, and the migration.
pub(super) fn alone<'a>(
    judged: &'a Judged,
    run: &Answers,
    policy: &Policy,
) -> (Report, &'a MigrationReport) {
    let head = head(
        PolicyReport::new(policy, std::slice::from_ref(judged), false),
        run,
    );
    (head, &judged.migration)
}

/// Builds the report of a run.
pub fn report(cases: &[Case], answers: &Answers, policy: &Policy) -> Report {
    let judged = cases.iter().map(|c| c.judged(policy)).collect();
    assemble(judged, answers, policy, None)
}

/// Combines migration reports into one report. Only the time and the signed-in identity of `run` are used, not its
/// answers.
pub fn assemble(
    judged: Vec<Judged>,
    run: &Answers,
    policy: &Policy,
    fleet: Option<FleetNote>,
) -> Report {
    let is_whole = fleet.as_ref().is_none_or(FleetNote::is_whole);
    let head = head(PolicyReport::new(policy, &judged, is_whole), run);
    folded(Report {
        fleet: fleet.map(FleetReport::new),
        migrations: judged.into_iter().map(|j| j.migration).collect(),
        ..head
    })
}

/// Returns a report without migrations and without a verdict.
fn head(policy: PolicyReport, run: &Answers) -> Report {
    let asker = &run.asker;
    Report {
        schema: SCHEMA.to_owned(),
        tool: Tool {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        recorded_at: run
            .recorded_at
            .to_offset(UtcOffset::UTC)
            .format(&Rfc3339)
            .unwrap_or_default(),
        synthetic: run.origin == Origin::Synthetic,
        asked_as: AskedAs {
            azure_credential: asker.azure_credential.clone(),
            azure_identity: asker.azure_identity.clone(),
        },
        verdict: Verdict::Incomplete,
        ready_to_migrate: false,
        blockers: 0,
        exit_code: 0,
        exit_reason: String::new(),
        policy,
        fleet: None,
        migrations: Vec::new(),
    }
}

/// Sets the verdict of the report from its migrations and its fleet findings.
pub(super) fn folded(mut report: Report) -> Report {
    let fail_on = report.policy.fail_on;
    let found = |m: &MigrationReport| m.summary.blockers;
    report.blockers = report.migrations.iter().map(found).sum();
    if let Some(fleet) = report.fleet.take() {
        return super::fleet::folded(report, fleet);
    }
    let migrations = &report.migrations;
    report.verdict = verdict::worst(migrations.iter().map(|m| m.verdict));
    report.ready_to_migrate = migrations.iter().all(|m| m.ready_to_migrate);
    report.exit_code = verdict::exit_code(report.verdict, fail_on);
    report.exit_reason = exit_reason(report.verdict, fail_on, migrations);
    report
}
