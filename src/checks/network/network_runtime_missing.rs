//! A server behind private endpoints has no outbound connections, so the service cannot connect from it. Since 0.1.0.

use crate::checks::{Check, Finding, Findings, Judged, Needs, Official, Severity, Unanswered};
use crate::facts::server::Network;
use crate::facts::{Facts, Missing, network};
use crate::plan::Exposure;

pub const CHECK: Check = Check {
    id: "network-runtime-missing",
    title: "A target behind private endpoints needs a runtime server for a private source",
    severity: Severity::Blocker,
    unknown: Severity::Warning,
    needs: Needs::Pair,
    mode: None,
    official: &[
        Official::Prerequisite("network"),
        Official::ServiceError(603000),
    ],
    why: "A server that only private endpoints reach has no way out into a private network. The service then works \
          from a runtime server: a second flexible server, in a virtual network that reaches both sides.",
    fix: "Create a flexible server in a virtual network that reaches the source and the target's private endpoint, with at \
          least the target's SKU, and name it with `--runtime-server` (in a plan: `runtime_server`). Delete it after the migration.",
    look: "az postgres flexible-server show --resource-group <group> --name <name> --query network",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/concepts-migration-service-runtime-server",
    run,
};

fn run(facts: &Facts) -> Judged {
    let server = facts.server.as_ref()?;
    if *server.network.as_ref()? != Network::EndpointOnly
        || facts.migration.runtime_server.is_some()
    {
        return Ok(Findings::none());
    }
    let seen = network::exposure(facts)?;
    if seen.exposure == Exposure::Public {
        return Err(Unanswered::Missing(Missing::not_said(
            "the network guide does not list a public source with a target that only private endpoints reach",
            "name a runtime server with `--runtime-server` (in a plan: `runtime_server`), or use a target with public access",
        )));
    }
    let address = seen.address.map_or("unknown".to_owned(), |a| a.to_string());
    let message = "the source is private, only private endpoints reach the target, and no runtime server is named";
    Ok(Finding::new("server", message)
        .evidence("source address", address)
        .evidence("target", "private endpoints only")
        .into())
}
