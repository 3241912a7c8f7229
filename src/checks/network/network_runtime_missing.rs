//! A server behind private endpoints has no outbound connections, so the service cannot connect from it. Since 0.1.0.

use crate::checks::{
    Check, CheckResult, Finding, Findings, Inconclusive, Needs, Object, OfficialRule, Severity,
};
use crate::config::SourceExposure;
use crate::facts::network::exposure;
use crate::facts::target::server::NetworkMode;
use crate::facts::{Facts, Missing};

pub const CHECK: Check = Check {
    id: "network-runtime-missing",
    title: "A target behind private endpoints needs a runtime server for a private source",
    severity: Severity::Blocker,
    unknown: Severity::Warning,
    needs: Needs::Pair,
    mode: None,
    official: &[
        OfficialRule::Prerequisite("network"),
        OfficialRule::ServiceError(603000),
    ],
    why: "A server that only private endpoints reach has no way out into a private network. The service then works \
          from a runtime server: a second flexible server, in a virtual network that reaches both sides.",
    fix: "Create a flexible server in a virtual network that reaches the source and the target's private endpoint, with at \
          least the target's SKU, and name it with `--runtime-server` (in a plan: `runtime_server`). Delete it after the migration.",
    verify: "az postgres flexible-server show --resource-group <group> --name <name> --query network",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/concepts-migration-service-runtime-server",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let server = facts.server.as_ref()?;
    if *server.network_mode.as_ref()? != NetworkMode::EndpointOnly
        || facts.migration.runtime_server.is_some()
    {
        return Ok(Findings::none());
    }
    let evidence = exposure::source_exposure(facts)?;
    if evidence.exposure == SourceExposure::Public {
        return Err(Inconclusive::Missing(Missing::not_specified(
            "the network guide does not list a public source with a target that only private endpoints reach",
            "name a runtime server with `--runtime-server` (in a plan: `runtime_server`), or use a target with public access",
        )));
    }
    let address = evidence
        .address
        .map_or("unknown".to_owned(), |a| a.to_string());
    let message = "the source is private, only private endpoints reach the target, and no runtime server is named";
    Ok(Finding::new(Object::Server, message)
        .with_evidence("source address", address)
        .with_evidence("target", "private endpoints only")
        .into())
}
