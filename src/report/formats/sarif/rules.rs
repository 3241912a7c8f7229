//! Builds the SARIF rules: the checks and the fleet finding types.

use super::sarif_model::{RuleConfiguration, RuleProperties, SarifRule, SarifText};
use super::{level, sarif_text};
use crate::checks;
use crate::checks::Severity;
use crate::report::fleet::{FleetFinding, FleetFindingKind};
use crate::report::model::{CheckReport, Report};

/// Returns a rule for each check of the report and for each fleet finding type.
pub(crate) fn build_rules(report: &Report, of_fleet: &[FleetFinding]) -> Vec<SarifRule> {
    let mut rules: Vec<SarifRule> = Vec::new();
    for note in of_fleet {
        if !rules.iter().any(|r| r.id == note.kind.id) {
            rules.push(fleet_rule(note.kind));
        }
    }
    for check in report.migrations.iter().flat_map(|m| &m.checks) {
        if !rules.iter().any(|r| r.id == check.id) {
            rules.push(check_rule(check));
        }
    }
    rules
}

fn fleet_rule(kind: &FleetFindingKind) -> SarifRule {
    SarifRule {
        id: kind.id.to_owned(),
        name: pascal_case(kind.id),
        short_description: sentence(kind.title),
        full_description: sentence(kind.why),
        help: sentence(kind.fix),
        help_uri: kind.link.to_owned(),
        default_configuration: RuleConfiguration {
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
fn sentence(words: &str) -> SarifText {
    sarif_text(&format!("{}.", words.trim_end_matches('.')))
}

fn check_rule(check: &CheckReport) -> SarifRule {
    let record = checks::find(&check.id);
    let tags = ["migration", "postgresql", &check.area].map(str::to_owned);
    let official = check.official.iter().map(|o| o.replace('`', ""));
    SarifRule {
        id: check.id.clone(),
        name: pascal_case(&check.id),
        short_description: sentence(&check.title),
        full_description: sentence(record.map_or(&check.title, |r| r.why)),
        help: sentence(record.map_or("", |r| r.fix)),
        help_uri: check.link.clone(),
        default_configuration: RuleConfiguration {
            level: level(check.severity),
        },
        properties: RuleProperties {
            tags: tags.into_iter().chain(official).take(10).collect(),
        },
    }
}

/// Converts `target-not-ready` to `TargetNotReady`. The name of a rule must differ from its id.
fn pascal_case(id: &str) -> String {
    let capital = |part: &str| {
        let mut letters = part.chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    id.split('-').map(capital).collect()
}
