//! A firewall that admits everyone leaves a database with everyone's passwords to guess. Since 0.1.0.

use std::net::Ipv4Addr;

use crate::checks::{Check, Finding, Findings, Judged, Needs, Severity, Unanswered, command};
use crate::facts::Facts;
use crate::facts::path::firewall::FirewallRule;
use crate::facts::server::Network;
use crate::plan::ServerId;

pub const CHECK: Check = Check {
    id: "firewall-open-to-internet",
    title: "The target's firewall lets the whole internet in",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Target,
    mode: None,
    official: &[],
    why: "This is no rule of the migration service: a rule from `0.0.0.0` to `255.255.255.255` is often left from a test, \
          and after the migration the data stands behind it. The rule `0.0.0.0` admits every customer of Azure.",
    fix: "Replace the rule by the addresses that need the server.",
    look: "az postgres flexible-server firewall-rule list --resource-group <group> --server-name <name> --output table",
    link: "https://learn.microsoft.com/azure/postgresql/network/concepts-networking-public",
    run,
};

fn run(facts: &Facts) -> Judged {
    let server = facts.server.as_ref()?;
    if *server.network.as_ref()? != Network::Public {
        return Err(Unanswered::not_applicable(
            "the target has no public access, so its firewall has no effect",
        ));
    }
    let rules = facts.path.as_ref()?.firewall.as_ref()?;
    let found = rules.iter().filter_map(|rule| finding(&server.id, rule));
    Ok(Findings {
        found: found.collect(),
        missing: Vec::new(),
    })
}

fn finding(server: &ServerId, rule: &FirewallRule) -> Option<Finding> {
    let everyone = (Ipv4Addr::UNSPECIFIED, Ipv4Addr::BROADCAST);
    let azure = (Ipv4Addr::UNSPECIFIED, Ipv4Addr::UNSPECIFIED);
    let object = format!("firewall-rule/{}", rule.name);
    let range = (rule.start, rule.end);
    let finding = if range == everyone {
        let message = format!(
            "the rule `{}` admits every address of the internet",
            rule.name
        );
        Finding::new(object, message)
    } else if range == azure {
        let message = format!(
            "the rule `{}` admits everything that runs in Azure, of any customer",
            rule.name
        );
        Finding::new(object, message).milder(Severity::Note)
    } else {
        return None;
    };
    let remove = command::delete_firewall_rule(server, &rule.name);
    let range = format!("{} to {}", rule.start, rule.end);
    Some(finding.evidence("addresses", range).fix(remove))
}
