//! Builds the report of one migration from its facts and check outcomes.

use super::sizing::sizing;
use super::value::{
    CheckReport, FindingReport, LocationReport, MigrationReport, MissingReport, Reads,
    RefusalReport, SourceReport, Summary, TargetReport, WaivedReport,
};
use crate::checks::step::Taken;
use crate::checks::{Finding, Severity};
use crate::facts::{Facts, Missing, provider};
use crate::network;
use crate::plan::judging::Waiver;
use crate::question::{Answer, Answers};
use crate::verdict::{Judgement, Outcome, Policy, Status, WaiverUse};

/// Maximum number of findings per check, separately for findings that count and waived findings.
const MAX_FINDINGS: usize = 50;

/// The input for the report of one migration.
pub struct Case<'a> {
    pub facts: &'a Facts<'a>,
    pub answers: &'a Answers,
    pub judgement: &'a Judgement,
}

/// The report of one migration, without the data it was built from.
pub struct Judged {
    pub migration: MigrationReport,
    pub(super) left_out: Vec<&'static str>,
    pub(super) waivers: Vec<WaiverUse>,
}

impl Case<'_> {
    /// Builds the report of this migration.
    pub fn judged(&self, policy: &Policy) -> Judged {
        Judged {
            migration: migration(self, policy),
            left_out: self.judgement.left_out.clone(),
            waivers: self.judgement.waivers.clone(),
        }
    }
}

impl Judged {
    /// Drops everything except the verdict and the counts.
    pub fn forget_checks(&mut self) {
        self.migration.checks = Vec::new();
        self.migration.path = None;
        self.migration.sizing = None;
    }
}

fn migration(case: &Case, policy: &Policy) -> MigrationReport {
    let (facts, judgement) = (case.facts, case.judgement);
    let plan = facts.migration;
    let (sizing, estimate) = sizing(facts);
    MigrationReport {
        name: plan.name.clone(),
        plan_line: policy.rules.line_of(&plan.name),
        scope: plan.scope,
        mode: plan.mode,
        target: plan.target.as_ref().map(|t| target(t.id.path(), facts)),
        location: plan.location.as_ref().map(|place| LocationReport {
            name: place.name.clone(),
            subscription: place.subscription.clone(),
        }),
        source: plan.source.as_ref().map(|_| source(facts)),
        databases: databases(facts),
        verdict: judgement.verdict,
        ready_to_migrate: judgement.is_ready_to_migrate(),
        summary: summary(judgement),
        checks: judgement
            .outcomes
            .iter()
            .map(|o| check(o, policy))
            .collect(),
        path: network::drawn::draw(facts),
        sizing,
        estimate,
        reads: reads(case.answers),
    }
}

fn target(id: String, facts: &Facts) -> TargetReport {
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

fn source(facts: &Facts) -> SourceReport {
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
        kind_doubt: facts.contradicted_kind().map(kind_doubt),
        tls: facts
            .connection
            .as_ref()
            .ok()
            .and_then(|c| c.tls.as_ref())
            .map(|t| t.version.clone()),
    }
}

fn kind_doubt(shown: provider::Shown) -> String {
    match shown.sign {
        Some(sign) => format!("the server shows `{}` by {sign}", shown.kind),
        None => "the server shows no provider at all".to_owned(),
    }
}

fn databases(facts: &Facts) -> Option<Vec<String>> {
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

fn summary(judgement: &Judgement) -> Summary {
    let in_part = |o: &&Outcome| o.status != Status::Unknown && !o.missing.is_empty();
    Summary {
        pass: judgement.with(Status::Pass),
        fail: judgement.with(Status::Fail),
        unknown: judgement.with(Status::Unknown),
        unknown_in_part: judgement.outcomes.iter().filter(in_part).count(),
        not_applicable: judgement.with(Status::NotApplicable),
        out_of_scope: judgement.out_of_scope,
        waived: judgement.waived(),
        blockers: judgement.count(Severity::Blocker),
        warnings: judgement.count(Severity::Warning),
        notes: judgement.count(Severity::Note),
    }
}

fn check(outcome: &Outcome, policy: &Policy) -> CheckReport {
    let check = outcome.check;
    let held = outcome.findings.iter().take(MAX_FINDINGS);
    let waived = outcome.waived.iter().take(MAX_FINDINGS);
    let waived = waived.map(|(f, index)| FindingReport {
        waived: Some(waived_by(&policy.rules.waivers[*index])),
        ..finding(outcome, f)
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
        findings: held.map(|f| finding(outcome, f)).chain(waived).collect(),
        count: outcome.findings.len(),
        waived: outcome.waived.len(),
        missing: outcome.missing.iter().map(missing).collect(),
        unknown_as: (!outcome.missing.is_empty()).then_some(outcome.unknown_as),
        reason: outcome.not_applicable.clone().or_else(unknown_reason),
    }
}

fn finding(outcome: &Outcome, finding: &Finding) -> FindingReport {
    let mut steps: Vec<_> = finding.fix.iter().collect();
    steps.sort_by_key(|s| s.taken == Taken::Afterwards);
    FindingReport {
        object: finding.object.clone(),
        message: finding.message.clone(),
        severity: outcome.severity_of(finding),
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

fn waived_by(waiver: &Waiver) -> WaivedReport {
    WaivedReport {
        reason: waiver.reason.clone(),
        owner: waiver.owner.clone(),
        ticket: waiver.ticket.clone(),
        until: waiver.until.to_string(),
        line: waiver.line,
    }
}

fn missing(missing: &Missing) -> MissingReport {
    MissingReport {
        question: missing.question.clone(),
        reason: missing.reason.clone(),
        remedy: missing.remedy.clone(),
        grant: missing.grant.clone(),
    }
}

fn reads(answers: &Answers) -> Reads {
    let asked = |prefix: &str| {
        answers
            .iter()
            .filter(|(key, _)| key.starts_with(prefix))
            .count()
    };
    let refused = answers.iter().filter_map(|(key, answer)| match answer {
        Answer::Refused(refusal) => Some(RefusalReport {
            question: key.to_owned(),
            reason: refusal.to_string(),
        }),
        Answer::Given(_) => None,
    });
    Reads {
        arm_requests: asked("arm:"),
        sql_queries: asked("sql:"),
        refusals: refused.collect(),
    }
}
