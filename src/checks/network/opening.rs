//! Builds az commands that add NSG rules for the connections that the checks of this area require.
//!
//! All rules of one run can be created one after another. Each gets its own priority, because a group does not allow
//! two rules of one direction with the same priority. Each gets an unused name, because az silently replaces a rule of
//! the same name.

use super::inside::{place, port};
use crate::checks::Step;
use crate::checks::command::{az, quote};
use crate::facts::path::Inside;
use crate::facts::path::security_group::SecurityGroup;
use crate::facts::{Facts, network};
use crate::network::security::Ruling;
use crate::network::{ruling_to_service, ruling_to_source};

/// Returns the service tags that a flexible server needs. Microsoft Entra ID is only included if it is known to be
/// enabled.
pub(super) fn services(inside: &Inside) -> impl Iterator<Item = &'static str> {
    let entra = (inside.entra == Ok(true)).then_some("AzureActiveDirectory");
    std::iter::once("Storage").chain(entra)
}

/// An outbound TCP connection that a rule must allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    /// An address or a service tag.
    to: String,
    port: u16,
    /// The preferred name of the rule.
    name: String,
}

impl Wanted {
    pub(super) fn source(to: std::net::IpAddr, port: u16) -> Self {
        // Rule names cannot contain colons.
        let plain = to.to_string().replace(':', "-");
        let name = format!("allow-migration-source-{plain}-{port}");
        let to = to.to_string();
        Wanted { to, port, name }
    }

    pub(super) fn service(tag: &str) -> Self {
        Wanted {
            to: tag.to_owned(),
            port: 443,
            name: format!("allow-{}", tag.to_lowercase()),
        }
    }
}

/// Returns the step that creates the rule for `required`. `None` if nothing denies the connection, or if no priority is
/// free before the denying rule. In that case the rules must be reordered manually.
pub(super) fn step(
    facts: &Facts,
    inside: &Inside,
    group: &SecurityGroup,
    wanted: &Wanted,
) -> Option<Step> {
    let given = priorities(group, denied(facts, inside));
    let (_, priority) = given.into_iter().find(|(w, _)| w == wanted)?;
    Some(az(format!(
        "az network nsg rule create {} --name {} --priority {priority} --direction Outbound --access Allow --protocol Tcp \
         --destination-address-prefixes {} --destination-port-ranges {}",
        place(&group.id, "--nsg-name"),
        quote(&free_name(group, &wanted.name)),
        wanted.to,
        wanted.port
    )))
}

/// Returns all required connections that the group denies or might deny, with the priority of the denying rule.
fn denied(facts: &Facts, inside: &Inside) -> Vec<(Wanted, u32)> {
    let mut denied = Vec::new();
    if let Ok(to) = network::destination(facts) {
        let port = port(facts);
        let ruling = ruling_to_source(inside, to, port);
        denied.extend(ruling.map(|r| (Wanted::source(to, port), r)).ok());
    }
    for tag in services(inside) {
        let ruling = ruling_to_service(inside, tag);
        denied.extend(ruling.map(|r| (Wanted::service(tag), r)).ok());
    }
    let before = |(wanted, ruling): (Wanted, Option<Ruling>)| match ruling? {
        Ruling::Denied(rule) | Ruling::Depends { doubtful: rule, .. } => {
            Some((wanted, rule.priority))
        }
        Ruling::Allowed(_) | Ruling::Open => None,
    };
    denied.into_iter().filter_map(before).collect()
}

/// Assigns each connection a free priority before the rule that denies it. The connection with the fewest free
/// priorities goes first. Priorities range from 100 to 4096.
fn priorities(group: &SecurityGroup, mut denied: Vec<(Wanted, u32)>) -> Vec<(Wanted, u32)> {
    denied.sort_by_key(|(_, before)| *before);
    let mut taken: Vec<u32> = group.outbound.iter().map(|r| r.priority).collect();
    let mut given = Vec::new();
    for (wanted, before) in denied {
        let mut room = (100..before.min(4097)).rev();
        if let Some(priority) = room.find(|p| !taken.contains(p)) {
            taken.push(priority);
            given.push((wanted, priority));
        }
    }
    given
}

fn free_name(group: &SecurityGroup, name: &str) -> String {
    let is_taken = |name: &str| group.names.iter().any(|n| n.eq_ignore_ascii_case(name));
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
    use crate::facts::path::security_group::{End, Rule};

    fn group(priorities: &[u32], names: &[&str]) -> SecurityGroup {
        let id =
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkSecurityGroups/n";
        let rule = |priority: &u32| Rule {
            name: String::new(),
            priority: *priority,
            is_default: false,
            direction: "Outbound".to_owned(),
            access: "Deny".to_owned(),
            protocol: "*".to_owned(),
            source: End::default(),
            destination: End::default(),
        };
        SecurityGroup {
            id: id.parse().expect("an id"),
            outbound: priorities.iter().map(rule).collect(),
            names: names.iter().map(|n| (*n).to_owned()).collect(),
        }
    }

    fn given(group: &SecurityGroup, before: &[u32]) -> Vec<(String, u32)> {
        let wanted = ["a", "b", "c"].map(Wanted::service);
        let denied = wanted.into_iter().zip(before.iter().copied()).collect();
        let given = priorities(group, denied).into_iter();
        given.map(|(w, p)| (w.to, p)).collect()
    }

    #[test]
    fn each_rule_gets_a_unique_priority_before_the_denying_rule() {
        let one = group(&[4000], &[]);
        let of = |all: &[(&str, u32)]| -> Vec<(String, u32)> {
            all.iter().map(|(to, p)| ((*to).to_owned(), *p)).collect()
        };
        let all = of(&[("a", 3999), ("b", 3998), ("c", 3997)]);
        assert_eq!(given(&one, &[4000, 4000, 4000]), all);
        // The default deny rule has a priority above the allowed range.
        let defaults = of(&[("a", 4096), ("b", 4095), ("c", 4094)]);
        assert_eq!(given(&one, &[65500, 65500, 65500]), defaults);
        let tight = group(&[101, 102], &[]);
        assert_eq!(given(&tight, &[102, 101]), of(&[("b", 100)]));
        let dense = group(&[4000, 3998], &[]);
        assert_eq!(
            given(&dense, &[3998, 4000, 4000]),
            of(&[("a", 3997), ("b", 3999), ("c", 3996)])
        );
    }

    #[test]
    fn existing_rule_names_are_not_reused() {
        let group = group(&[], &["Allow-Storage", "allow-storage-2"]);
        assert_eq!(free_name(&group, "allow-storage"), "allow-storage-3");
        assert_eq!(free_name(&group, "allow-other"), "allow-other");
    }
}
