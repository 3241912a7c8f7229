//! The one combination of networks that the network guide excludes. Since 0.1.0.

use crate::checks::{
    Check, CheckResult, Finding, Findings, Inconclusive, Needs, Object, OfficialRule, Severity,
};
use crate::config::SourceExposure;
use crate::facts::network::exposure;
use crate::facts::target::server::NetworkMode;
use crate::facts::{Facts, Missing};
use crate::reachability::connecting_side;
use crate::reference::network_scenarios::MigratingServer;

pub const CHECK: Check = Check {
    id: "network-private-to-public",
    title: "A target with public access cannot reach a private source",
    severity: Severity::Blocker,
    unknown: Severity::Warning,
    needs: Needs::Pair,
    mode: None,
    official: &[
        OfficialRule::Prerequisite("network"),
        OfficialRule::ServiceError(603000),
    ],
    why: "The service connects from the target's own network: a server with public access comes from the internet, and has \
          no way into a private network.",
    fix: "Use a target in a virtual network that reaches the source (VPN, ExpressRoute, peering), a runtime server there, \
          or give the source a public address for the migration. The network mode is fixed when a server is created.",
    verify: "az postgres flexible-server show --resource-group <group> --name <name> --query network",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/how-to-network-setup-migration-service",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let server = facts.server.as_ref()?;
    if *server.network_mode.as_ref()? != NetworkMode::Public {
        return Ok(Findings::none());
    }
    // A runtime server connects instead of the target. The guide documents it for targets with private endpoints.
    match connecting_side(facts)? {
        MigratingServer::Runtime => return Ok(Findings::none()),
        MigratingServer::RuntimeForOtherTarget => {
            return Err(Inconclusive::Missing(unlisted_scenario()));
        }
        _ => {}
    }
    let seen = exposure::source_exposure(facts)?;
    if seen.exposure == SourceExposure::Public {
        return Ok(Findings::none());
    }
    let address = seen.address.map_or("unknown".to_owned(), |a| a.to_string());
    let finding = if seen.is_specified {
        Finding::new(
            Object::Server,
            "the source is private and the target has public access",
        )
    } else {
        let message = format!(
            "the source's address {address} is private and the target has public access; \
             say `--source-exposure public` (in a plan: `source_exposure`) if the source has a public address as well"
        );
        Finding::new(Object::Server, message).with_severity(Severity::Warning)
    };
    Ok(finding
        .with_evidence("source address", address)
        .with_evidence("target", "public access")
        .into())
}

fn unlisted_scenario() -> Missing {
    Missing::not_specified(
        "the network guide lists a runtime server only for targets with private endpoints, and this one has none",
        "approve a private endpoint of the target, or leave `--runtime-server` (in a plan: `runtime_server`) out",
    )
}
