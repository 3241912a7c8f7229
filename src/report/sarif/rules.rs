//! A rule for each check that was judged, from its record.

use super::shape::{Configuration, Rule, RuleProperties};
use super::{level, text};
use crate::checks;
use crate::report::value::{CheckReport, Report};

/// A rule for each check that was judged, from its record.
pub(super) fn rules(report: &Report) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    for check in report.migrations.iter().flat_map(|m| &m.checks) {
        if !rules.iter().any(|r| r.id == check.id) {
            rules.push(rule(check));
        }
    }
    rules
}

fn rule(check: &CheckReport) -> Rule {
    let record = checks::find(&check.id);
    let words = |words: &str| text(&format!("{}.", words.trim_end_matches('.')));
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

/// `target-not-ready` as `TargetNotReady`: a rule's name is another than its id.
fn pascal(id: &str) -> String {
    let capital = |part: &str| {
        let mut letters = part.chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    id.split('-').map(capital).collect()
}
