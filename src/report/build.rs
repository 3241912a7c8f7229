//! Builds the report: run data, one report for each migration, and the overall verdict.

use super::exit_reason::exit_reason;
use super::model::{
    AppliedWaiver, CheckReport, FailureReport, FindingReport, FleetReport, IdentityReport,
    LocationReport, MigrationReport, MigrationSummary, MissingReport, PolicyReport, ReadsReport,
    Report, SCHEMA, SourceReport, TargetReport, ToolInfo,
};
use super::sizing::build_sizing;
use crate::checks::{Finding, Severity};
use crate::config::fleet_scope::FleetSummary;
use crate::config::policy_rules::Waiver;
use crate::facts::source::source_kind;
use crate::facts::{Facts, Missing};
use crate::question::{Answer, Answers, Origin, Question};
use crate::time_format::format_rfc3339;
use crate::verdict::{CheckOutcome, Evaluation, Policy, Status, Verdict, WaiverUse};
use crate::{reachability, verdict};

/// Returns the head of a report that contains only this migration, and the migration.
pub(super) fn head_for_migration<'a>(
    part: &'a MigrationReportPart,
    run: &Answers,
    policy: &Policy,
) -> (Report, &'a MigrationReport) {
    let head = report_head(
        PolicyReport::new(policy, std::slice::from_ref(part), false),
        run,
    );
    (head, &part.migration)
}

/// Combines migration reports into one report. Only the time and the signed-in identity of `run` are used, not its
/// answers.
pub fn assemble(
    parts: Vec<MigrationReportPart>,
    run: &Answers,
    policy: &Policy,
    fleet: Option<FleetSummary>,
) -> Report {
    let is_whole = fleet.as_ref().is_none_or(FleetSummary::is_complete);
    let head = report_head(PolicyReport::new(policy, &parts, is_whole), run);
    with_verdict(Report {
        fleet: fleet.map(FleetReport::new),
        migrations: parts.into_iter().map(|j| j.migration).collect(),
        ..head
    })
}

/// Returns a report without migrations and without a verdict.
fn report_head(policy: PolicyReport, run: &Answers) -> Report {
    let caller = &run.caller;
    Report {
        schema: SCHEMA.to_owned(),
        tool: ToolInfo {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        recorded_at: format_rfc3339(run.recorded_at),
        synthetic: run.origin == Origin::Synthetic,
        asked_as: IdentityReport {
            azure_credential: caller.azure_credential.clone(),
            azure_identity: caller.azure_identity.clone(),
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
pub(super) fn with_verdict(mut report: Report) -> Report {
    let fail_on = report.policy.fail_on;
    let blockers = |m: &MigrationReport| m.summary.blockers;
    report.blockers = report.migrations.iter().map(blockers).sum();
    if let Some(fleet) = report.fleet.take() {
        return super::fleet::with_fleet_verdict(report, fleet);
    }
    let migrations = &report.migrations;
    report.verdict = verdict::worst_verdict(migrations.iter().map(|m| m.verdict));
    report.ready_to_migrate = migrations.iter().all(|m| m.ready_to_migrate);
    report.exit_code = verdict::exit_code(report.verdict, fail_on);
    report.exit_reason = exit_reason(report.verdict, fail_on, migrations);
    report
}

/// Maximum number of findings per check, separately for findings that count and waived findings.
const MAX_FINDINGS: usize = 50;

/// The input for the report of one migration.
pub struct ReportInput<'a> {
    pub facts: &'a Facts<'a>,
    pub answers: &'a Answers,
    pub judgement: &'a Evaluation,
}

/// The report of one migration, without the data it was built from.
pub struct MigrationReportPart {
    pub migration: MigrationReport,
    pub(super) excluded: Vec<&'static str>,
    pub(super) waiver_uses: Vec<WaiverUse>,
}

impl ReportInput<'_> {
    /// Builds the report of this migration.
    pub fn build(&self, policy: &Policy) -> MigrationReportPart {
        MigrationReportPart {
            migration: migration_report(self, policy),
            excluded: self.judgement.excluded.clone(),
            waiver_uses: self.judgement.waivers.clone(),
        }
    }
}

impl MigrationReportPart {
    /// Drops everything except the verdict and the counts.
    pub fn drop_details(&mut self) {
        self.migration.checks = Vec::new();
        self.migration.path = None;
        self.migration.sizing = None;
    }
}

fn migration_report(input: &ReportInput, policy: &Policy) -> MigrationReport {
    let (facts, judgement) = (input.facts, input.judgement);
    let plan = facts.migration;
    let (sizing, estimate) = build_sizing(facts);
    MigrationReport {
        name: plan.name.clone(),
        plan_line: policy.rules.migration_line(&plan.name),
        scope: plan.scope,
        mode: plan.mode,
        target: plan
            .target
            .as_ref()
            .map(|t| target_report(t.id.path(), facts)),
        location: plan.location.as_ref().map(|place| LocationReport {
            name: place.name.clone(),
            subscription: place.subscription.clone(),
        }),
        source: plan.source.as_ref().map(|_| source_report(facts)),
        databases: database_names(facts),
        verdict: judgement.verdict,
        ready_to_migrate: judgement.is_ready_to_migrate(),
        summary: summarize(judgement),
        checks: judgement
            .outcomes
            .iter()
            .map(|o| check_report(o, policy))
            .collect(),
        path: reachability::path::trace_path(facts),
        sizing,
        estimate,
        reads: reads_report(input.answers),
    }
}

fn target_report(id: String, facts: &Facts) -> TargetReport {
    let server = facts.server.as_ref().ok();
    TargetReport {
        id,
        version: server
            .and_then(|s| s.version.as_ref().ok())
            .map(ToString::to_string),
        sku: server
            .and_then(|s| s.sku.as_ref().ok())
            .map(|s| s.name.clone()),
        location: server.and_then(|s| s.location.as_ref().ok()).cloned(),
    }
}

fn source_report(facts: &Facts) -> SourceReport {
    let source = facts
        .migration
        .source
        .as_ref()
        .expect("only called with a source");
    SourceReport {
        host: source.host.clone(),
        port: source.port,
        user: source.user.clone(),
        migration_user: facts.migration_user().unwrap_or(&source.user).to_owned(),
        version: facts.source_version().ok().map(|v| v.to_string()),
        kind: facts.source_kind().ok().map(|k| k.to_string()),
        kind_doubt: facts.contradicting_kind().map(kind_doubt_text),
        tls: facts
            .connection
            .as_ref()
            .ok()
            .and_then(|c| c.tls.as_ref())
            .map(|t| t.version.clone()),
    }
}

fn kind_doubt_text(shown: source_kind::DetectedKind) -> String {
    match shown.indicator {
        Some(sign) => format!("the server shows `{}` by {sign}", shown.kind),
        None => "the server shows no provider at all".to_owned(),
    }
}

fn database_names(facts: &Facts) -> Option<Vec<String>> {
    let databases = facts.databases.as_ref().ok()?;
    Some(
        databases
            .selected()
            .0
            .into_iter()
            .map(|d| d.name.clone())
            .collect(),
    )
}

fn summarize(judgement: &Evaluation) -> MigrationSummary {
    let in_part = |o: &&CheckOutcome| o.status != Status::Unknown && !o.missing.is_empty();
    MigrationSummary {
        pass: judgement.count_status(Status::Pass),
        fail: judgement.count_status(Status::Fail),
        unknown: judgement.count_status(Status::Unknown),
        unknown_in_part: judgement.outcomes.iter().filter(in_part).count(),
        not_applicable: judgement.count_status(Status::NotApplicable),
        out_of_scope: judgement.out_of_scope,
        waived: judgement.count_waived(),
        blockers: judgement.count_findings(Severity::Blocker),
        warnings: judgement.count_findings(Severity::Warning),
        notes: judgement.count_findings(Severity::Note),
    }
}

fn check_report(outcome: &CheckOutcome, policy: &Policy) -> CheckReport {
    let check = outcome.check;
    let held = outcome.findings.iter().take(MAX_FINDINGS);
    let waived = outcome.waived.iter().take(MAX_FINDINGS);
    let waived = waived.map(|(f, index)| FindingReport {
        waived: Some(applied_waiver(&policy.rules.waivers[*index])),
        ..finding_report(outcome, f)
    });
    let unknown_reason = || outcome.missing.first().map(|m| m.reason.clone());
    CheckReport {
        id: check.id.to_owned(),
        area: check.area().to_owned(),
        title: check.title.to_owned(),
        severity: outcome.severity,
        status: outcome.status,
        official: check.official.iter().map(ToString::to_string).collect(),
        link: check.link.to_owned(),
        findings: held
            .map(|f| finding_report(outcome, f))
            .chain(waived)
            .collect(),
        count: outcome.findings.len(),
        waived: outcome.waived.len(),
        missing: outcome.missing.iter().map(missing_report).collect(),
        unknown_as: (!outcome.missing.is_empty()).then_some(outcome.unknown_severity),
        reason: outcome.not_applicable.clone().or_else(unknown_reason),
    }
}

fn finding_report(outcome: &CheckOutcome, finding: &Finding) -> FindingReport {
    let mut steps: Vec<_> = finding.fix.iter().collect();
    steps.sort_by_key(|s| s.phase);
    FindingReport {
        object: finding.object.clone(),
        message: finding.message.clone(),
        severity: outcome.finding_severity(finding),
        evidence: finding
            .evidence
            .iter()
            .map(|(k, v)| (k.clone(), v.clone().into()))
            .collect(),
        is_table: finding.is_table,
        fix: steps.into_iter().map(ToString::to_string).collect(),
        waived: None,
    }
}

fn applied_waiver(waiver: &Waiver) -> AppliedWaiver {
    AppliedWaiver {
        reason: waiver.reason.clone(),
        owner: waiver.owner.clone(),
        ticket: waiver.ticket.clone(),
        until: waiver.until.to_string(),
        line: waiver.line,
    }
}

fn missing_report(missing: &Missing) -> MissingReport {
    MissingReport {
        question: missing.question_key(),
        reason: missing.reason.clone(),
        remedy: missing.advice.clone(),
        grant: missing.grant.as_deref().cloned(),
    }
}

fn reads_report(answers: &Answers) -> ReadsReport {
    let count = |is_counted: fn(&Question) -> bool| {
        let questions = answers.questions();
        questions
            .filter(|(question, _)| is_counted(question))
            .count()
    };
    let refused = answers.iter().filter_map(|(key, answer)| match answer {
        Answer::Failed(refusal) => Some(FailureReport {
            question: key.to_owned(),
            reason: refusal.to_string(),
        }),
        Answer::Body(_) => None,
    });
    ReadsReport {
        arm_requests: count(Question::is_arm),
        sql_queries: count(Question::is_sql),
        refusals: refused.collect(),
    }
}
