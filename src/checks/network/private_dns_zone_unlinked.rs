//! A server in a virtual network resolves names through a private DNS zone, which must be linked to that network. Since
//! 0.1.0.

use std::net::IpAddr;

use super::inside::{inside, place};
use crate::checks::{Check, Finding, Findings, Judged, Needs, Official, Severity, Step};
use crate::facts::path::Inside;
use crate::facts::path::zone::{Link, Zone};
use crate::facts::{Fact, Facts};

pub const CHECK: Check = Check {
    id: "private-dns-zone-unlinked",
    title: "The private DNS zone is missing, or not linked to the virtual network",
    severity: Severity::Blocker,
    unknown: Severity::Warning,
    needs: Needs::Target,
    mode: None,
    official: &[Official::Prerequisite("network")],
    why: "A flexible server in a virtual network is known by a record in its private DNS zone. Where the zone is not linked \
          to the network, Azure's DNS does not resolve the name there; own DNS servers may, if they forward to 168.63.129.16.",
    fix: "Link the zone to the virtual network of the server, without registration.",
    look: "az network private-dns link vnet list --resource-group <group> --zone-name <zone> --output table",
    link: "https://learn.microsoft.com/azure/postgresql/network/concepts-networking-private",
    run,
};

fn run(facts: &Facts) -> Judged {
    let inside = inside(facts)?;
    let Some(zone) = inside.zone.as_ref()? else {
        let message = format!(
            "the server `{}` names no private DNS zone",
            inside.server.name
        );
        return Ok(Finding::new("server", message).into());
    };
    let name = zone.id.name();
    let object = format!("dns-zone/{name}");
    let Some(links) = zone.links.as_ref()? else {
        let message = format!("the private DNS zone `{name}` does not exist");
        return Ok(Finding::new(object, message)
            .evidence("zone", &zone.id)
            .into());
    };
    let finding = Finding::new(object, "").evidence("zone", &zone.id);
    match links.iter().find(|l| l.network == inside.network_id) {
        None => {
            let network = inside.network_id.name();
            let message = format!("the private DNS zone `{name}` is not linked to `{network}`");
            let finding = Finding { message, ..finding };
            weighed(facts, inside, finding.fix(link_command(inside, zone)))
        }
        Some(link) if link.state.as_ref()?.eq_ignore_ascii_case("Completed") => {
            Ok(Findings::none())
        }
        Some(link) => {
            let message = incomplete(inside, zone, link)?;
            weighed(facts, inside, Finding { message, ..finding })
        }
    }
}

fn incomplete(inside: &Inside, zone: &Zone, link: &Link) -> Fact<String> {
    let state = link.state.as_ref().map_err(Clone::clone)?;
    Ok(format!(
        "the link `{}` of the private DNS zone `{}` to `{}` is `{state}`; wait until it is `Completed`",
        link.name,
        zone.id.name(),
        inside.network_id.name()
    ))
}

/// Custom DNS servers can resolve the zone without the link, and an IP address needs no DNS.
fn weighed(facts: &Facts, inside: &Inside, mut finding: Finding) -> Judged {
    let source = facts.migration.source.as_ref();
    if source.is_some_and(|s| s.service_address().parse::<IpAddr>().is_ok()) {
        finding
            .message
            .push_str("; the source is given by its address");
        return Ok(finding.milder(Severity::Note).into());
    }
    let servers = inside.network.as_ref()?.dns_servers.as_ref()?;
    if servers.is_empty() {
        return Ok(finding.into());
    }
    let own = format!(
        "; the network has DNS servers of its own ({})",
        servers.join(", ")
    );
    finding.message.push_str(&own);
    Ok(finding.milder(Severity::Warning).into())
}

fn link_command(inside: &Inside, zone: &Zone) -> Step {
    crate::checks::command::az(format!(
        "az network private-dns link vnet create {} --name {} --virtual-network {} --registration-enabled false",
        place(&zone.id, "--zone-name"),
        crate::checks::command::quote(inside.network_id.name()),
        crate::checks::command::quote(inside.network_id.path())
    ))
}
