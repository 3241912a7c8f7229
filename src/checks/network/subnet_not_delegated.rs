//! The service needs a subnet that is delegated to flexible servers. Since 0.1.0.

use ipnet::IpNet;

use super::inside::inside;
use crate::checks::{Check, Finding, Findings, Judged, Needs, Official, Severity, command};
use crate::facts::Facts;
use crate::facts::path::Inside;

pub const CHECK: Check = Check {
    id: "subnet-not-delegated",
    title: "The subnet is not delegated to flexible servers, or too small for one",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Target,
    mode: None,
    official: &[Official::Prerequisite("network")],
    why: "A flexible server in a virtual network lives in a subnet that is delegated to `Microsoft.DBforPostgreSQL/flexibleServers` \
          and has at least 16 addresses (`/28`), of which Azure keeps five. Without them the server cannot be scaled, \
          restarted or made highly available.",
    fix: "Delegate the subnet again. A subnet that is too small is not mended: make a server in a larger one.",
    look: "az network vnet subnet show --ids <subnet> --query '{delegations: delegations[].serviceName, prefix: addressPrefix}'",
    link: "https://learn.microsoft.com/azure/postgresql/network/concepts-networking-private",
    run,
};

const SERVICE: &str = "Microsoft.DBforPostgreSQL/flexibleServers";

fn run(facts: &Facts) -> Judged {
    let inside = inside(facts)?;
    let subnet = inside.subnet.as_ref()?;
    let mut findings = Findings::none();
    if let Some(delegations) = findings.know(&subnet.delegations)
        && !delegations.iter().any(|d| d.eq_ignore_ascii_case(SERVICE))
    {
        findings.push(not_delegated(inside, delegations));
    }
    if let Some(prefixes) = findings.know(&subnet.prefixes)
        && !prefixes.iter().any(is_large_enough)
    {
        let shown: Vec<String> = prefixes.iter().map(ToString::to_string).collect();
        let message = format!(
            "the subnet `{}` has {}, less than a /28",
            inside.subnet_id.name(),
            shown.join(", ")
        );
        findings.push(Finding::new(object(inside), message).evidence("subnet", &inside.subnet_id));
    }
    Ok(findings)
}

fn object(inside: &Inside) -> String {
    format!("subnet/{}", inside.subnet_id.name())
}

/// Only IPv4 counts: flexible servers do not have other addresses.
fn is_large_enough(prefix: &IpNet) -> bool {
    matches!(prefix, IpNet::V4(net) if net.prefix_len() <= 28)
}

fn not_delegated(inside: &Inside, delegations: &[String]) -> Finding {
    let to = if delegations.is_empty() {
        "nothing".to_owned()
    } else {
        delegations.join(", ")
    };
    let message = format!(
        "the subnet `{}` is delegated to {to}",
        inside.subnet_id.name()
    );
    let id = command::quote(inside.subnet_id.path());
    Finding::new(object(inside), message)
        .evidence("subnet", &inside.subnet_id)
        .evidence("delegated to", to)
        .fix(command::az(format!(
            "az network vnet subnet update --ids {id} --delegations {SERVICE}"
        )))
}
