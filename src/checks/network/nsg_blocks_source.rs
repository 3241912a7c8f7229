//! The security group of the connecting subnet must allow TCP to the source. Since 0.1.0.
//!
//! It is evaluated as in Azure: by priority, the first rule that matches decides. See `reachability::nsg`.

use super::nsg_allow_rule::RequiredConnection;
use super::vnet::{source_port, vnet_placement};
use super::{nsg_allow_rule, nsg_findings};
use crate::checks::{
    Check, CheckResult, Finding, Findings, Inconclusive, Needs, OfficialRule, Severity,
};
use crate::facts::Facts;
use crate::facts::network::exposure;
use crate::reachability::nsg_decision_for_source;

pub const CHECK: Check = Check {
    id: "nsg-blocks-source",
    title: "A network security group keeps the service from the source",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Pair,
    mode: None,
    official: &[
        OfficialRule::Prerequisite("network"),
        OfficialRule::ServiceError(603000),
    ],
    why: "The service opens its connection from this subnet. What the security group's outbound rules deny never leaves it, \
          and the migration fails when it connects.",
    fix: "Add an outbound rule of a higher priority (a lower number) that allows TCP to the source's address and port.",
    verify: "az network nsg rule list --resource-group <group> --nsg-name <name> --include-default --output table",
    link: "https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let placement = vnet_placement(facts)?;
    if matches!(placement.security_group, Ok(None)) {
        return Ok(Findings::none());
    }
    let group = placement.security_group.as_ref()?.as_ref();
    let (to, port) = (exposure::service_destination(facts)?, source_port(facts));
    let decision = nsg_decision_for_source(placement, to, port)?;
    let Some((group, decision)) = group.zip(decision) else {
        return Ok(Findings::none());
    };
    let what = format!("TCP to {to}:{port}");
    match nsg_findings::finding(placement, group, &decision, &what) {
        Ok(None) => Ok(Findings::none()),
        Ok(Some(finding)) => {
            let step = nsg_allow_rule::allow_rule_step(
                facts,
                placement,
                group,
                &RequiredConnection::for_source(to, port),
            );
            Ok(step.into_iter().fold(finding, Finding::with_fix).into())
        }
        Err(missing) => Err(Inconclusive::Missing(missing)),
    }
}
