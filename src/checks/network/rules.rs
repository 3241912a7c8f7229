//! Builds findings from the decisions of a network security group.

use crate::checks::{Finding, Severity};
use crate::facts::path::security_group::{Rule, SecurityGroup};
use crate::facts::path::{Inside, security_group};
use crate::facts::{Fact, Missing};
use crate::network::security::{Ruling, allows};

/// Returns the finding for a decision about a connection. `what` describes the connection. `None` if it is allowed.
///
/// # Errors
///
/// Returns an error if no rule decides, or if the rule that would allow the connection might not match.
pub(super) fn finding(
    inside: &Inside,
    group: &SecurityGroup,
    ruling: &Ruling,
    what: &str,
) -> Fact<Option<Finding>> {
    let subnet = inside.subnet_id.name();
    let name = group.id.name();
    match ruling {
        Ruling::Allowed(_) => Ok(None),
        Ruling::Denied(rule) => {
            let message = format!(
                "`{name}` of subnet `{subnet}` denies {what}: {}",
                named(rule)
            );
            Ok(Some(shown(group, rule, message)))
        }
        Ruling::Depends {
            doubtful,
            why,
            otherwise,
        } if allows(doubtful) == Some(false) => {
            let message = format!(
                "`{name}` of subnet `{subnet}` may deny {what}: {} comes before {}, and {why}",
                named(doubtful),
                named(otherwise)
            );
            Ok(Some(
                shown(group, doubtful, message).milder(Severity::Warning),
            ))
        }
        Ruling::Depends {
            doubtful,
            why,
            otherwise,
        } => Err(unclear(
            group,
            format!(
                "whether {} of `{name}` decides over {what} is open: {why}; otherwise {} does",
                named(doubtful),
                named(otherwise)
            ),
        )),
        Ruling::Open => Err(unclear(
            group,
            format!(
                "no outbound rule of `{name}` decides over {what}; the default rules are missing"
            ),
        )),
    }
}

fn unclear(group: &SecurityGroup, why: String) -> Missing {
    Missing::unreadable(&security_group::question(&group.id), why)
        .with_remedy("look at the effective security rules of the subnet")
}

fn named(rule: &Rule) -> String {
    let kind = if rule.is_default {
        "default rule"
    } else {
        "rule"
    };
    format!("{kind} `{}` (priority {})", rule.name, rule.priority)
}

fn shown(group: &SecurityGroup, rule: &Rule, message: String) -> Finding {
    let to = match rule.destination.has_groups {
        true => "application security groups".to_owned(),
        false => rule.destination.addresses.join(", "),
    };
    let ports = rule.destination.ports.join(", ");
    Finding::new(format!("nsg/{}", group.id.name()), message)
        .evidence("rule", &rule.name)
        .evidence("priority", rule.priority)
        .evidence("to", format!("{to}, ports {ports}, {}", rule.protocol))
}
