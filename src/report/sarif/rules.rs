//! Builds the SARIF rules: the checks and the fleet finding types.

use super::shape::{Configuration, Rule, RuleProperties, Text};
use super::{level, text};
use crate::checks::{self, Severity};
use crate::report::fleet::{Kind, Note};
use crate::report::value::{CheckReport, Report};

/// Returns a rule for each check of the report and for each fleet finding type.
pub(super) fn rules(report: &Report, of_fleet: &[Note]) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    for note in of_fleet {
        if !rules.iter().any(|r| r.id == note.kind.id) {
            rules.push(rule_of_fleet(note.kind));
        }
    }
    for check in report.migrations.iter().flat_map(|m| &m.checks) {
        if !rules.iter().any(|r| r.id == check.id) {
            rules.push(rule(check));
        }
    }
    rules
}

fn rule_of_fleet(kind: &Kind) -> Rule {
    Rule {
        id: kind.id.to_owned(),
        name: pascal(kind.id),
        short_description: words(kind.title),
        full_description: words(kind.why),
        help: words(kind.fix),
        help_uri: kind.link.to_owned(),
        default_configuration: Configuration {
            level: level(Severity::Blocker),
        },
        properties: RuleProperties {
            tags: ["migration", "postgresql", "fleet"]
                .map(str::to_owned)
                .to_vec(),
        },
    }
}

/// Ends the text with a period.
fn words(words: &str) -> Text {
    text(&format!("{}.", words.trim_end_matches('.')))
}

fn rule(check: &CheckReport) -> Rule {
    let record = checks::find(&check.id);
    let tags = ["migration", "postgresql", &check.area].map(str::to_owned);
    let official = check.official.iter().map(|o| o.replace('`', ""));
    Rule {
        id: check.id.clone(),
        name: pascal(&check.id),
        short_description: words(&check.title),
        full_description: words(record.map_or(&check.title, |r| r.why)),
        help: words(record.map_or("", |r| r.fix)),
        help_uri: check.link.clone(),
        default_configuration: Configuration {
            level: level(check.severity),
        },
        properties: RuleProperties {
            tags: tags.into_iter().chain(official).take(10).collect(),
        },
    }
}

/// Converts `target-not-ready` to `TargetNotReady`. The name of a rule must differ from its id.
fn pascal(id: &str) -> String {
    let capital = |part: &str| {
        let mut letters = part.chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    id.split('-').map(capital).collect()
}
