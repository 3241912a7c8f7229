//! The service needs a subnet that is delegated to flexible servers. Since 0.1.0.

use ipnet::IpNet;

use super::vnet::vnet_placement;
use crate::checks::{
    Check, CheckResult, Finding, Findings, Needs, Object, ObjectKind, OfficialRule, Severity,
};
use crate::commands::quote;
use crate::facts::Facts;
use crate::facts::network::azure_network::VnetPlacement;

pub const CHECK: Check = Check {
    id: "subnet-not-delegated",
    title: "The subnet is not delegated to flexible servers, or too small for one",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Target,
    mode: None,
    official: &[OfficialRule::Prerequisite("network")],
    why: "A flexible server in a virtual network lives in a subnet that is delegated to `Microsoft.DBforPostgreSQL/flexibleServers` \
          and has at least 16 addresses (`/28`), of which Azure keeps five. Without them the server cannot be scaled, \
          restarted or made highly available.",
    fix: "Delegate the subnet again. A subnet that is too small is not mended: make a server in a larger one.",
    verify: "az network vnet subnet show --ids <subnet> --query '{delegations: delegations[].serviceName, prefix: addressPrefix}'",
    link: "https://learn.microsoft.com/azure/postgresql/network/concepts-networking-private",
    run,
};

const DELEGATION: &str = "Microsoft.DBforPostgreSQL/flexibleServers";

fn run(facts: &Facts) -> CheckResult {
    let placement = vnet_placement(facts)?;
    let subnet = placement.subnet.as_ref()?;
    let mut findings = Findings::none();
    if let Some(delegations) = findings.require(&subnet.delegations)
        && !delegations
            .iter()
            .any(|d| d.eq_ignore_ascii_case(DELEGATION))
    {
        findings.push(not_delegated(placement, delegations));
    }
    if let Some(prefixes) = findings.require(&subnet.prefixes)
        && !prefixes.iter().any(is_large_enough)
    {
        let shown: Vec<String> = prefixes.iter().map(ToString::to_string).collect();
        let message = format!(
            "the subnet `{}` has {}, less than a /28",
            placement.subnet_id.name(),
            shown.join(", ")
        );
        findings.push(
            Finding::new(object(placement), message).with_evidence("subnet", &placement.subnet_id),
        );
    }
    Ok(findings)
}

fn object(placement: &VnetPlacement) -> Object {
    Object::named(ObjectKind::Subnet, placement.subnet_id.name())
}

/// Only IPv4 counts: flexible servers do not have other addresses.
fn is_large_enough(prefix: &IpNet) -> bool {
    matches!(prefix, IpNet::V4(net) if net.prefix_len() <= 28)
}

fn not_delegated(placement: &VnetPlacement, delegations: &[String]) -> Finding {
    let to = if delegations.is_empty() {
        "nothing".to_owned()
    } else {
        delegations.join(", ")
    };
    let message = format!(
        "the subnet `{}` is delegated to {to}",
        placement.subnet_id.name()
    );
    let id = quote::quote_bash(placement.subnet_id.path());
    Finding::new(object(placement), message)
        .with_evidence("subnet", &placement.subnet_id)
        .with_evidence("delegated to", to)
        .with_fix(quote::az_step(format!(
            "az network vnet subnet update --ids {id} --delegations {DELEGATION}"
        )))
}
