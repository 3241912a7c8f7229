//! Builds findings from the decisions of a network security group.

use crate::checks::{Finding, Object, ObjectKind, Severity};
use crate::facts::network::azure_network::security_group::{SecurityGroup, SecurityRule};
use crate::facts::network::azure_network::{VnetPlacement, security_group};
use crate::facts::{Fact, Missing};
use crate::reachability::nsg::{NsgDecision, allows};

/// Returns the finding for a decision about a connection. `what` describes the connection. `None` if it is allowed.
///
/// # Errors
///
/// Returns an error if no rule decides, or if the rule that would allow the connection might not match.
pub(super) fn finding(
    placement: &VnetPlacement,
    group: &SecurityGroup,
    decision: &NsgDecision,
    what: &str,
) -> Fact<Option<Finding>> {
    let subnet = placement.subnet_id.name();
    let name = group.id.name();
    match decision {
        NsgDecision::Allowed(_) => Ok(None),
        NsgDecision::Denied(rule) => {
            let message = format!(
                "`{name}` of subnet `{subnet}` denies {what}: {}",
                describe_rule(rule)
            );
            Ok(Some(rule_finding(group, rule, message)))
        }
        NsgDecision::Depends {
            doubtful,
            why,
            otherwise,
        } if allows(doubtful) == Some(false) => {
            let message = format!(
                "`{name}` of subnet `{subnet}` may deny {what}: {} comes before {}, and {why}",
                describe_rule(doubtful),
                describe_rule(otherwise)
            );
            Ok(Some(
                rule_finding(group, doubtful, message).with_severity(Severity::Warning),
            ))
        }
        NsgDecision::Depends {
            doubtful,
            why,
            otherwise,
        } => Err(unclear_decision(
            group,
            format!(
                "whether {} of `{name}` decides over {what} is open: {why}; otherwise {} does",
                describe_rule(doubtful),
                describe_rule(otherwise)
            ),
        )),
        NsgDecision::Undecided => Err(unclear_decision(
            group,
            format!(
                "no outbound rule of `{name}` decides over {what}; the default rules are missing"
            ),
        )),
    }
}

fn unclear_decision(group: &SecurityGroup, why: String) -> Missing {
    Missing::unreadable(&security_group::question(&group.id), why)
        .with_advice("look at the effective security rules of the subnet")
}

fn describe_rule(rule: &SecurityRule) -> String {
    let kind = if rule.is_default {
        "default rule"
    } else {
        "rule"
    };
    format!("{kind} `{}` (priority {})", rule.name, rule.priority)
}

fn rule_finding(group: &SecurityGroup, rule: &SecurityRule, message: String) -> Finding {
    let to = if rule.destination.has_application_groups {
        "application security groups".to_owned()
    } else {
        rule.destination.addresses.join(", ")
    };
    let ports = rule.destination.ports.join(", ");
    Finding::new(
        Object::named(ObjectKind::NetworkSecurityGroup, group.id.name()),
        message,
    )
    .with_evidence("rule", &rule.name)
    .with_evidence("priority", rule.priority)
    .with_evidence("to", format!("{to}, ports {ports}, {}", rule.protocol))
}
