//! A flexible server in a virtual network needs Azure Storage. It needs Microsoft Entra ID if that authentication is
//! enabled. Since 0.1.0.

use super::inside::inside;
use super::opening::{self, Wanted, services};
use super::rules;
use crate::checks::{Check, Finding, Findings, Judged, Needs, Official, Severity};
use crate::facts::Facts;
use crate::network::ruling_to_service;

pub const CHECK: Check = Check {
    id: "nsg-blocks-platform",
    title: "A network security group keeps the server from Azure Storage or Microsoft Entra",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Target,
    mode: None,
    official: &[Official::Prerequisite("network")],
    why: "A flexible server archives its WAL to Azure Storage over port 443, which a migration fills quickly; without it \
          the disk fills up. Sign-in by Microsoft Entra needs the directory in the same way.",
    fix: "Allow outbound TCP 443 to the service tag `Storage`, and to `AzureActiveDirectory` where Microsoft Entra is on.",
    look: "az network nsg rule list --resource-group <group> --nsg-name <name> --include-default --output table",
    link: "https://learn.microsoft.com/azure/postgresql/network/concepts-networking-private",
    run,
};

fn run(facts: &Facts) -> Judged {
    let inside = inside(facts)?;
    let Some(group) = inside.security.as_ref()? else {
        return Ok(Findings::none());
    };
    let mut findings = Findings::none();
    findings.know(&inside.entra);
    for tag in services(inside) {
        let Some(ruling) = ruling_to_service(inside, tag)? else {
            continue;
        };
        let judged = rules::finding(inside, group, &ruling, &format!("TCP 443 to `{tag}`"));
        if let Some(Some(finding)) = findings.know(&judged) {
            let step = opening::step(facts, inside, group, &Wanted::service(tag));
            findings.push(step.into_iter().fold(finding.clone(), Finding::fix));
        }
    }
    Ok(findings)
}
