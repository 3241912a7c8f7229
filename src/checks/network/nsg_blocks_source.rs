//! The security group of the connecting subnet must allow TCP to the source. Since 0.1.0.
//!
//! It is evaluated as in Azure: by priority, the first rule that matches decides. See `reachability::nsg`.

use super::inside::{inside, port};
use super::opening::{self, Wanted};
use super::rules;
use crate::checks::{Check, Finding, Findings, Judged, Needs, Official, Severity, Unanswered};
use crate::facts::{Facts, network};
use crate::network::ruling_to_source;

pub const CHECK: Check = Check {
    id: "nsg-blocks-source",
    title: "A network security group keeps the service from the source",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Pair,
    mode: None,
    official: &[
        Official::Prerequisite("network"),
        Official::ServiceError(603000),
    ],
    why: "The service opens its connection from this subnet. What the security group's outbound rules deny never leaves it, \
          and the migration fails when it connects.",
    fix: "Add an outbound rule of a higher priority (a lower number) that allows TCP to the source's address and port.",
    look: "az network nsg rule list --resource-group <group> --nsg-name <name> --include-default --output table",
    link: "https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview",
    run,
};

fn run(facts: &Facts) -> Judged {
    let inside = inside(facts)?;
    if matches!(inside.security, Ok(None)) {
        return Ok(Findings::none());
    }
    let group = inside.security.as_ref()?.as_ref();
    let (to, port) = (network::destination(facts)?, port(facts));
    let ruling = ruling_to_source(inside, to, port)?;
    let Some((group, ruling)) = group.zip(ruling) else {
        return Ok(Findings::none());
    };
    let what = format!("TCP to {to}:{port}");
    match rules::finding(inside, group, &ruling, &what) {
        Ok(None) => Ok(Findings::none()),
        Ok(Some(finding)) => {
            let step = opening::step(facts, inside, group, &Wanted::source(to, port));
            Ok(step.into_iter().fold(finding, Finding::fix).into())
        }
        Err(missing) => Err(Unanswered::Missing(missing)),
    }
}
