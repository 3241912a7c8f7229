//! The name of a private endpoint only resolves if a private DNS zone contains its address. Since 0.1.0.

use crate::checks::{Check, Finding, Findings, Judged, Needs, Official, Severity, Unanswered};
use crate::facts::Facts;
use crate::facts::path::endpoint::{Connection, Dns};
use crate::facts::path::inside::Inside;
use crate::facts::path::zone::Link;

pub const CHECK: Check = Check {
    id: "private-endpoint-no-dns",
    title: "A private endpoint of the target has no name in DNS",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Target,
    mode: None,
    official: &[Official::Prerequisite("network")],
    why: "The runtime server and the applications connect by the server's name. Without a record in a private DNS zone that is linked \
          to their network the name leads to the public address, which answers nobody.",
    fix: "Attach the private endpoint to the zone `privatelink.postgres.database.azure.com` by a DNS zone group, and link the \
          zone to the networks that need it. DNS servers of your own are not seen here.",
    look: "az network private-endpoint dns-zone-group list --resource-group <group> --endpoint-name <name>",
    link: "https://learn.microsoft.com/azure/private-link/private-endpoint-dns",
    run,
};

fn run(facts: &Facts) -> Judged {
    let server = facts.server.as_ref()?;
    if *server.network.as_ref()? == crate::facts::server::Network::Integrated {
        return Err(Unanswered::not_applicable(
            "the target stands in a virtual network of its own",
        ));
    }
    let path = facts.path.as_ref()?;
    let mut findings = Findings::none();
    for connection in path.endpoints.as_ref()? {
        if findings.know(&connection.has_status("Approved")) != Some(&true) {
            continue;
        }
        let Some(dns) = findings.know(&connection.dns) else {
            continue;
        };
        judge(&mut findings, connection, dns);
        if path.runtime.is_some()
            && let Some(Some(inside)) = findings.know(&path.inside)
        {
            linked(&mut findings, connection, dns, inside);
        }
    }
    Ok(findings)
}

fn judge(findings: &mut Findings, connection: &Connection, dns: &Dns) {
    if dns.zones.is_empty() {
        if findings.know(&dns.record_by_hand) == Some(&false) {
            let what = "has no DNS zone group, and no zone beside it has a record of the server";
            findings.push(finding(connection, what));
        }
        return;
    }
    if !dns.zones.iter().any(|z| z.has_record) {
        let zones: Vec<&str> = dns.zones.iter().map(|z| z.zone.id.name()).collect();
        let what = format!(
            "has a DNS zone group, but no address record in `{}`",
            zones.join("`, `")
        );
        findings.push(finding(connection, &what));
    }
}

/// The runtime server must resolve the endpoint too.
fn linked(findings: &mut Findings, connection: &Connection, dns: &Dns, runtime: &Inside) {
    let network = runtime.network_id.name();
    for zone in dns.zones.iter().map(|z| &z.zone) {
        let is_ours = |l: &Link| l.network == runtime.network_id;
        match findings.know(&zone.links) {
            None => {}
            Some(Some(links)) if links.iter().any(is_ours) => {}
            Some(_) => {
                let what = format!(
                    "is in the zone `{}`, which is not linked to the runtime server's network `{network}`",
                    zone.id.name()
                );
                findings.push(finding(connection, &what));
            }
        }
    }
}

fn finding(connection: &Connection, what: &str) -> Finding {
    let name = connection.endpoint.name();
    Finding::new(
        format!("private-endpoint/{name}"),
        format!("the private endpoint `{name}` {what}"),
    )
    .evidence("id", &connection.endpoint)
}
