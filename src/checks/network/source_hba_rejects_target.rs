//! The source controls access with pg_hba.conf. Since 0.1.0.

use super::source;
use crate::checks::{
    Check, CheckResult, Finding, Findings, FixStep, Inconclusive, Needs, Object, OfficialRule,
    Severity,
};
use crate::commands::quote;
use crate::facts::network::source_network::hba_rules::{HbaRule, SCRAM_SHA_256};
use crate::facts::{Facts, Missing};
use crate::reachability::hba_evaluation::{
    HbaEvaluation, evaluate_hba, managed_by, password_hash_kind,
};

pub const CHECK: Check = Check {
    id: "source-hba-rejects-target",
    title: "The source's pg_hba.conf does not let the service in",
    severity: Severity::Blocker,
    unknown: Severity::Note,
    needs: Needs::Pair,
    mode: None,
    official: &[
        OfficialRule::Prerequisite("network"),
        OfficialRule::ServiceError(603000),
    ],
    why: "The service signs in from the target's network, by user and password. The first rule of pg_hba.conf that fits \
          address, user and database decides, and without one nobody gets in. \
          A rule of `scram-sha-256` takes no password that is kept as an MD5 hash.",
    fix: "Add a rule for the target's subnet above those that turn it away, and reload.",
    verify: "SELECT line_number, type, database, user_name, address, netmask, auth_method FROM pg_hba_file_rules",
    link: "https://www.postgresql.org/docs/current/auth-pg-hba-conf.html",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    source(facts)?;
    if let Some(kind) = managed_by(facts) {
        let why = format!("{kind} keeps pg_hba.conf itself");
        return Err(Inconclusive::not_applicable(why));
    }
    let mut findings = Findings::none();
    let databases = findings.selected_databases(facts.databases.as_ref()?);
    let names: Vec<&str> = databases.iter().map(|d| d.name.as_str()).collect();
    let evaluations = evaluate_hba(facts, &names)?;
    for evaluation in &evaluations {
        check_evaluation(&mut findings, facts, evaluation);
    }
    Ok(findings)
}

fn check_evaluation(findings: &mut Findings, facts: &Facts, evaluation: &HbaEvaluation) {
    if evaluation.accepting_rule().is_some() {
        return;
    }
    let Some((rule, why)) = evaluation.uncertain_rule() else {
        return match evaluation.rule_depending_on_password() {
            Some(rule) => add_unknown_password_kind(findings, facts, evaluation, rule),
            None => findings.push(finding(evaluation, evaluation.rejecting_rule())),
        };
    };
    let reason = format!(
        "{} may decide for `{}`, and {why}",
        rule.location(),
        evaluation.database
    );
    findings.add_missing(&Missing::not_specified(
        reason,
        "look at the rule; where it is right: `--allow-unknown source-hba-rejects-target`",
    ));
}

/// The result is the same for every database, so it is recorded once.
fn add_unknown_password_kind(
    findings: &mut Findings,
    facts: &Facts,
    evaluation: &HbaEvaluation,
    rule: &HbaRule,
) {
    let Err(mut missing) = password_hash_kind(facts) else {
        return;
    };
    missing.reason = format!(
        "{} asks for SCRAM, which no MD5 password answers, and which kind `{}` has is not known: {}",
        rule.location(),
        evaluation.user,
        missing.reason
    );
    findings.add_missing(&missing);
}

fn finding(evaluation: &HbaEvaluation, rule: Option<&HbaRule>) -> Finding {
    let (user, database, prefix) = (evaluation.user, evaluation.database, evaluation.from);
    let attempt = format!("`{user}` on the way into `{database}` from {prefix}");
    let method = rule.and_then(|rule| rule.method.as_deref());
    let message = match (rule, method) {
        (Some(rule), Some("reject") | None) => format!("{} turns away {attempt}", rule.location()),
        (Some(rule), Some(SCRAM_SHA_256)) => format!(
            "{} asks {attempt} for SCRAM, and `{user}` has an MD5 password; a rule of `md5` takes that too",
            rule.location()
        ),
        (Some(rule), Some(method)) => format!(
            "{} asks {attempt} for `{method}`, and the service has a password only",
            rule.location()
        ),
        (None, _) => format!("no rule lets `{user}` into `{database}` from {prefix}"),
    };
    let place = rule.map_or("pg_hba.conf".to_owned(), |rule| {
        format!("{}, above it", rule.location())
    });
    let kind = if evaluation.tries_tls_first {
        "hostssl"
    } else {
        "host"
    };
    // `md5` accepts passwords with MD5 and SCRAM hashes.
    let method = evaluation
        .password_hash_kind
        .filter(|kind| *kind == SCRAM_SHA_256)
        .unwrap_or("md5");
    let line = format!(
        "# {place}: {kind} {} {} {prefix} {method}",
        quote::quote_identifier(database),
        quote::quote_identifier(user)
    );
    let mut finding =
        Finding::new(Object::for_database(database), message).with_evidence("from", prefix);
    if let Some(rule) = rule {
        finding = finding.with_evidence("rule", rule.location());
    }
    finding
        .with_fix(FixStep::manual(line))
        .with_fix(FixStep::reload_source())
}
