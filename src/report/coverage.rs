//! Coverage of the official rules: each error code of the migration service and each rule of the Azure Migrate
//! assessment, with its checks or the reason why it has none. This is the output of `flexready checks --official`.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::checks::{self, OfficialRule};
use crate::reference::{assessment_rules, service_errors};

/// One official rule and the checks that cover it.
pub struct RuleCoverage {
    pub official: OfficialRule,
    pub meaning: &'static str,
    /// Check ids, in report order.
    pub checks: Vec<&'static str>,
    /// Why no check covers the rule.
    pub reason: Option<&'static str>,
}

/// Returns every official rule: error codes in ascending order, then assessment rules.
pub fn coverage() -> Vec<RuleCoverage> {
    let errors = service_errors::ALL.iter().map(|e| {
        rule_coverage(
            OfficialRule::ServiceError(e.code),
            e.meaning,
            e.unpredictable_reason,
        )
    });
    let rules = assessment_rules::ALL.iter().map(|r| {
        rule_coverage(
            OfficialRule::AzureMigrate(r.key),
            r.meaning,
            r.uncovered_reason,
        )
    });
    errors.chain(rules).collect()
}

fn rule_coverage(
    official: OfficialRule,
    meaning: &'static str,
    reason: Option<&'static str>,
) -> RuleCoverage {
    RuleCoverage {
        official,
        meaning,
        checks: checks::all()
            .filter(|c| c.official.contains(&official))
            .map(|c| c.id)
            .collect(),
        reason,
    }
}

impl RuleCoverage {
    fn short_name(&self) -> String {
        match self.official {
            OfficialRule::ServiceError(code) => code.to_string(),
            OfficialRule::AzureMigrate(name) | OfficialRule::Prerequisite(name) => name.to_owned(),
        }
    }

    /// Returns the checks, or the reason why there is none.
    fn checks_or_reason(&self, format_id: fn(&str) -> String) -> String {
        if self.checks.is_empty() {
            return self.reason.unwrap_or_default().to_owned();
        }
        let ids: Vec<String> = self.checks.iter().map(|id| format_id(id)).collect();
        ids.join(", ")
    }

    fn to_json(&self) -> Value {
        let kind = match self.official {
            OfficialRule::ServiceError(_) => "service_error",
            OfficialRule::AzureMigrate(_) => "azure_migrate",
            OfficialRule::Prerequisite(_) => "prerequisite",
        };
        // `planned` is always empty, because every check exists. Programs that read this output can expect the key.
        json!({
            "kind": kind, "rule": self.short_name(), "meaning": self.meaning,
            "checks": self.checks, "planned": [], "reason": self.reason,
        })
    }
}

/// Returns the two tables, each with its heading and date.
fn tables() -> [(String, Vec<RuleCoverage>); 2] {
    let (errors, rules) = coverage()
        .into_iter()
        .partition(|c| matches!(c.official, OfficialRule::ServiceError(_)));
    [
        (
            format!(
                "Error codes of the migration service, as of {}",
                service_errors::AS_OF
            ),
            errors,
        ),
        (
            format!(
                "Rules of the Azure Migrate assessment, as of {}",
                assessment_rules::AS_OF
            ),
            rules,
        ),
    ]
}

/// Renders the coverage for a terminal. Each rule has its meaning, and its checks on the next line.
pub fn coverage_plain() -> String {
    let mut out = String::new();
    for (heading, part) in tables() {
        writeln!(out, "{heading}").expect("writing to a string succeeds");
        for one in part {
            let answer = one.checks_or_reason(str::to_owned);
            let (name, meaning) = (one.short_name(), one.meaning);
            writeln!(out, "  {name:<12} {meaning}\n  {:<12}   {answer}", "")
                .expect("writing to a string succeeds");
        }
    }
    out
}

/// Returns the coverage as JSON.
pub fn coverage_json() -> String {
    let all: Vec<Value> = coverage().iter().map(RuleCoverage::to_json).collect();
    let text = serde_json::to_string_pretty(&all).expect("names and texts are plain data");
    format!("{text}\n")
}

/// Renders the coverage as Markdown for the README.
pub fn coverage_markdown() -> String {
    let mut out = String::new();
    for (heading, part) in tables() {
        writeln!(
            out,
            "{heading}:\n\n| rule | says | foreseen by |\n|---|---|---|"
        )
        .expect("writing to a string succeeds");
        for one in part {
            let answer = one.checks_or_reason(|id| format!("`{id}`"));
            writeln!(out, "| {} | {} | {answer} |", one.short_name(), one.meaning)
                .expect("writing to a string succeeds");
        }
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_rule_appears_once_with_a_check_or_a_reason() {
        let mut seen = BTreeSet::new();
        for one in coverage() {
            let name = one.official.to_string();
            assert!(seen.insert(name.clone()), "{name} stands twice");
            assert_ne!(
                !one.checks.is_empty(),
                one.reason.is_some(),
                "{name}: either checks or a reason"
            );
        }
        assert_eq!(
            seen.len(),
            service_errors::ALL.len() + assessment_rules::ALL.len()
        );
    }

    #[test]
    fn every_format_contains_every_rule() {
        let forms = [coverage_plain(), coverage_json(), coverage_markdown()];
        for one in coverage() {
            let name = one.short_name();
            assert!(forms.iter().all(|form| form.contains(&name)), "{name}");
        }
        assert!(coverage_markdown().contains("| 603407 |"));
    }
}
