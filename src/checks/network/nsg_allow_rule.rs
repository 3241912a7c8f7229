//! Builds az commands that add NSG rules for the connections that the checks of this area require.
//!
//! All rules of one run can be created one after another. Each gets its own priority, because a group does not allow
//! two rules of one direction with the same priority. Each gets an unused name, because az silently replaces a rule of
//! the same name.

use super::vnet::{resource_flags, source_port};
use crate::checks::FixStep;
use crate::commands::quote::{az_step, quote_bash};
use crate::facts::Facts;
use crate::facts::network::azure_network::VnetPlacement;
use crate::facts::network::azure_network::security_group::SecurityGroup;
use crate::facts::network::exposure;
use crate::reachability::nsg::NsgDecision;
use crate::reachability::{nsg_decision_for_service, nsg_decision_for_source};

/// Returns the service tags that a flexible server needs. Microsoft Entra ID is only included if it is known to be
/// enabled.
pub(super) fn required_service_tags(
    placement: &VnetPlacement,
) -> impl Iterator<Item = &'static str> {
    let entra = (placement.is_entra_enabled == Ok(true)).then_some("AzureActiveDirectory");
    std::iter::once("Storage").chain(entra)
}

/// An outbound TCP connection that a rule must allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RequiredConnection {
    /// An address or a service tag.
    destination: String,
    port: u16,
    /// The preferred name of the rule.
    name: String,
}

impl RequiredConnection {
    pub(super) fn for_source(to: std::net::IpAddr, port: u16) -> Self {
        // Rule names cannot contain colons.
        let plain = to.to_string().replace(':', "-");
        let name = format!("allow-migration-source-{plain}-{port}");
        let destination = to.to_string();
        RequiredConnection {
            destination,
            port,
            name,
        }
    }

    pub(super) fn for_service(tag: &str) -> Self {
        RequiredConnection {
            destination: tag.to_owned(),
            port: 443,
            name: format!("allow-{}", tag.to_lowercase()),
        }
    }
}

/// Returns the step that creates the rule for `required`. `None` if nothing denies the connection, or if no priority is
/// free before the denying rule. In that case the rules must be reordered manually.
pub(super) fn allow_rule_step(
    facts: &Facts,
    placement: &VnetPlacement,
    group: &SecurityGroup,
    required: &RequiredConnection,
) -> Option<FixStep> {
    let assigned = assign_priorities(group, denied_connections(facts, placement));
    let (_, priority) = assigned.into_iter().find(|(w, _)| w == required)?;
    Some(az_step(format!(
        "az network nsg rule create {} --name {} --priority {priority} --direction Outbound --access Allow --protocol Tcp \
         --destination-address-prefixes {} --destination-port-ranges {}",
        resource_flags(&group.id, "--nsg-name"),
        quote_bash(&unused_name(group, &required.name)),
        required.destination,
        required.port
    )))
}

/// Returns all required connections that the group denies or might deny, with the priority of the denying rule.
fn denied_connections(facts: &Facts, placement: &VnetPlacement) -> Vec<(RequiredConnection, u32)> {
    let mut denied = Vec::new();
    if let Ok(to) = exposure::service_destination(facts) {
        let port = source_port(facts);
        let ruling = nsg_decision_for_source(placement, to, port);
        denied.extend(
            ruling
                .map(|r| (RequiredConnection::for_source(to, port), r))
                .ok(),
        );
    }
    for tag in required_service_tags(placement) {
        let ruling = nsg_decision_for_service(placement, tag);
        denied.extend(
            ruling
                .map(|r| (RequiredConnection::for_service(tag), r))
                .ok(),
        );
    }
    let before = |(required, ruling): (RequiredConnection, Option<NsgDecision>)| match ruling? {
        NsgDecision::Denied(rule) | NsgDecision::Depends { doubtful: rule, .. } => {
            Some((required, rule.priority))
        }
        NsgDecision::Allowed(_) | NsgDecision::Undecided => None,
    };
    denied.into_iter().filter_map(before).collect()
}

/// Assigns each connection a free priority before the rule that denies it. The connection with the fewest free
/// priorities goes first. Priorities range from 100 to 4096.
fn assign_priorities(
    group: &SecurityGroup,
    mut denied: Vec<(RequiredConnection, u32)>,
) -> Vec<(RequiredConnection, u32)> {
    denied.sort_by_key(|(_, before)| *before);
    let mut used: Vec<u32> = group.outbound_rules.iter().map(|r| r.priority).collect();
    let mut assigned = Vec::new();
    for (required, before) in denied {
        let mut free_range = (100..before.min(4097)).rev();
        if let Some(priority) = free_range.find(|p| !used.contains(p)) {
            used.push(priority);
            assigned.push((required, priority));
        }
    }
    assigned
}

fn unused_name(group: &SecurityGroup, name: &str) -> String {
    let is_taken = |name: &str| {
        group
            .rule_names
            .iter()
            .any(|n| n.eq_ignore_ascii_case(name))
    };
    let mut free = name.to_owned();
    let mut next = 2;
    while is_taken(&free) {
        free = format!("{name}-{next}");
        next += 1;
    }
    free
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::network::azure_network::security_group::{RuleEndpoint, SecurityRule};

    fn group_with(priorities: &[u32], names: &[&str]) -> SecurityGroup {
        let id =
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkSecurityGroups/n";
        let rule = |priority: &u32| SecurityRule {
            name: String::new(),
            priority: *priority,
            is_default: false,
            direction: "Outbound".to_owned(),
            access: "Deny".to_owned(),
            protocol: "*".to_owned(),
            source: RuleEndpoint::default(),
            destination: RuleEndpoint::default(),
        };
        SecurityGroup {
            id: id.parse().expect("an id"),
            outbound_rules: priorities.iter().map(rule).collect(),
            rule_names: names.iter().map(|n| (*n).to_owned()).collect(),
        }
    }

    fn assigned_priorities(group: &SecurityGroup, before: &[u32]) -> Vec<(String, u32)> {
        let required = ["a", "b", "c"].map(RequiredConnection::for_service);
        let denied = required.into_iter().zip(before.iter().copied()).collect();
        let given = assign_priorities(group, denied).into_iter();
        given.map(|(w, p)| (w.destination, p)).collect()
    }

    #[test]
    fn each_rule_gets_a_unique_priority_before_the_denying_rule() {
        let one = group_with(&[4000], &[]);
        let of = |all: &[(&str, u32)]| -> Vec<(String, u32)> {
            all.iter().map(|(to, p)| ((*to).to_owned(), *p)).collect()
        };
        let all = of(&[("a", 3999), ("b", 3998), ("c", 3997)]);
        assert_eq!(assigned_priorities(&one, &[4000, 4000, 4000]), all);
        // The default deny rule has a priority above the allowed range.
        let defaults = of(&[("a", 4096), ("b", 4095), ("c", 4094)]);
        assert_eq!(assigned_priorities(&one, &[65500, 65500, 65500]), defaults);
        let tight = group_with(&[101, 102], &[]);
        assert_eq!(assigned_priorities(&tight, &[102, 101]), of(&[("b", 100)]));
        let dense = group_with(&[4000, 3998], &[]);
        assert_eq!(
            assigned_priorities(&dense, &[3998, 4000, 4000]),
            of(&[("a", 3997), ("b", 3999), ("c", 3996)])
        );
    }

    #[test]
    fn existing_rule_names_are_not_reused() {
        let group = group_with(&[], &["Allow-Storage", "allow-storage-2"]);
        assert_eq!(unused_name(&group, "allow-storage"), "allow-storage-3");
        assert_eq!(unused_name(&group, "allow-other"), "allow-other");
    }
}
