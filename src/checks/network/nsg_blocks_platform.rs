//! A flexible server in a virtual network needs Azure Storage. It needs Microsoft Entra ID if that authentication is
//! enabled. Since 0.1.0.

use super::nsg_allow_rule::{RequiredConnection, required_service_tags};
use super::vnet::vnet_placement;
use super::{nsg_allow_rule, nsg_findings};
use crate::checks::{Check, CheckResult, Finding, Findings, Needs, OfficialRule, Severity};
use crate::facts::Facts;
use crate::reachability::nsg_decision_for_service;

pub const CHECK: Check = Check {
    id: "nsg-blocks-platform",
    title: "A network security group keeps the server from Azure Storage or Microsoft Entra",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Target,
    mode: None,
    official: &[OfficialRule::Prerequisite("network")],
    why: "A flexible server archives its WAL to Azure Storage over port 443, which a migration fills quickly; without it \
          the disk fills up. Sign-in by Microsoft Entra needs the directory in the same way.",
    fix: "Allow outbound TCP 443 to the service tag `Storage`, and to `AzureActiveDirectory` where Microsoft Entra is on.",
    verify: "az network nsg rule list --resource-group <group> --nsg-name <name> --include-default --output table",
    link: "https://learn.microsoft.com/azure/postgresql/network/concepts-networking-private",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let placement = vnet_placement(facts)?;
    let Some(group) = placement.security_group.as_ref()? else {
        return Ok(Findings::none());
    };
    let mut findings = Findings::none();
    findings.require(&placement.is_entra_enabled);
    for tag in required_service_tags(placement) {
        let Some(decision) = nsg_decision_for_service(placement, tag)? else {
            continue;
        };
        let result =
            nsg_findings::finding(placement, group, &decision, &format!("TCP 443 to `{tag}`"));
        if let Some(Some(finding)) = findings.require(&result) {
            let step = nsg_allow_rule::allow_rule_step(
                facts,
                placement,
                group,
                &RequiredConnection::for_service(tag),
            );
            findings.push(step.into_iter().fold(finding.clone(), Finding::with_fix));
        }
    }
    Ok(findings)
}
