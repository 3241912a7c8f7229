//! A firewall that allows the whole internet exposes the database to password attacks. Since 0.1.0.
//!
//! The rules are evaluated together: two rules that each allow half of the internet allow all of it.

use std::net::Ipv4Addr;

use crate::checks::{
    Check, CheckResult, Finding, Findings, Inconclusive, Needs, Object, ObjectKind, Severity,
};
use crate::commands::quote;
use crate::config::ServerId;
use crate::facts::Facts;
use crate::facts::network::azure_network::firewall::FirewallRule;
use crate::facts::target::server::NetworkMode;
use crate::reachability::firewall_coverage::percent_of_internet_allowed;

pub const CHECK: Check = Check {
    id: "firewall-open-to-internet",
    title: "The target's firewall lets most of the internet in",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Target,
    mode: None,
    official: &[],
    why: "This is no rule of the migration service: a rule from `0.0.0.0` to `255.255.255.255`, or one that comes near it, is \
          often left from a test, \
          and after the migration the data stands behind it. The rule `0.0.0.0` admits every customer of Azure.",
    fix: "Replace the rule by the addresses that need the server.",
    verify: "az postgres flexible-server firewall-rule list --resource-group <group> --server-name <name> --output table",
    link: "https://learn.microsoft.com/azure/postgresql/network/concepts-networking-public",
    run,
};

/// The percentage of public addresses above which a firewall is open to the internet. At 50% it allows more addresses
/// than it blocks, and no list of offices, partners or providers is that large.
const OPEN_PERCENT: u64 = 50;

fn run(facts: &Facts) -> CheckResult {
    let server = facts.server.as_ref()?;
    if *server.network_mode.as_ref()? != NetworkMode::Public {
        return Err(Inconclusive::not_applicable(
            "the target has no public access, so its firewall has no effect",
        ));
    }
    let rules = facts.azure_network.as_ref()?.firewall_rules.as_ref()?;
    let all = percent_of_internet_allowed(rules);
    // If only small rules add up to the percentage, no single rule is the cause, so all are reported.
    let is_any_wide = rules.iter().any(is_wide);
    let is_cause = |rule: &FirewallRule| all >= OPEN_PERCENT && (is_wide(rule) || !is_any_wide);
    let finding = |rule: &FirewallRule| {
        if allows_azure_services(rule) {
            let words = "admits everything that runs in Azure, of any customer";
            return Some(finding(&server.id, rule, words).with_severity(Severity::Note));
        }
        is_cause(rule).then(|| finding(&server.id, rule, &describe_coverage(rule, all)))
    };
    Ok(Findings {
        items: rules.iter().filter_map(finding).collect(),
        missing: Vec::new(),
    })
}

fn allows_azure_services(rule: &FirewallRule) -> bool {
    (rule.start, rule.end) == (Ipv4Addr::UNSPECIFIED, Ipv4Addr::UNSPECIFIED)
}

/// Returns whether the rule covers a significant part of the internet, more than one organization's network.
fn is_wide(rule: &FirewallRule) -> bool {
    percent_of_internet_allowed([rule]) >= 1
}

fn describe_coverage(rule: &FirewallRule, all: u64) -> String {
    let own = percent_of_internet_allowed([rule]);
    let some = match own {
        100 => return "admits every address of the internet".to_owned(),
        0 => "admits under 1 % of the internet's addresses".to_owned(),
        own => format!("admits {own} % of the internet's addresses"),
    };
    match all {
        100 => format!("{some}, and all rules together every one"),
        all if own < all => format!("{some}, and all rules together {all} %"),
        _ => some,
    }
}

fn finding(server: &ServerId, rule: &FirewallRule, description: &str) -> Finding {
    Finding::new(
        Object::named(ObjectKind::FirewallRule, &rule.name),
        format!("the rule `{}` {description}", rule.name),
    )
    .with_evidence("addresses", format!("{} to {}", rule.start, rule.end))
    .with_fix(quote::delete_firewall_rule(server, &rule.name))
}
