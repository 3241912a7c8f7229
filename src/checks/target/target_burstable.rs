//! A Burstable target runs on CPU credits, which a migration uses up. Since 0.1.0.
//!
//! The service's support for such targets has changed: rejected in early 2024, then limited to one region, supported
//! since 2025.

use crate::checks::{
    Check, CheckResult, Finding, Findings, FixStep, Needs, Object, OfficialRule, Severity,
};
use crate::commands::quote;
use crate::config::ServerId;
use crate::facts::Facts;
use crate::facts::target::capabilities::{Capabilities, SkuOffer};
use crate::facts::target::server::{Server, ServerSku, normalize_location};
use crate::sizing::recommendation::smallest_sku;
use crate::sizing::requirements::Requirements;

pub const CHECK: Check = Check {
    id: "target-burstable",
    title: "The target's tier is Burstable",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Target,
    mode: None,
    official: &[OfficialRule::Prerequisite("sku")],
    why: "A Burstable server lives on processor credits, which a bulk load and its index builds use up; it can have \
          neither high availability nor read replicas afterwards.",
    fix: "Scale to General Purpose or Memory Optimized at least for the migration.",
    verify: "az postgres flexible-server show --resource-group <group> --name <name> --query sku",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/best-practices-migration-service-postgresql",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let server = facts.server.as_ref()?;
    let sku = server.sku.as_ref()?;
    if !server.is_burstable()? {
        return Ok(Findings::none());
    }
    let message = format!("the target is a `{}` of tier `{}`", sku.name, sku.tier);
    let finding = Finding::new(Object::Server, message).with_evidence("sku", &sku.name);
    let offered = facts.capabilities.as_ref().ok();
    Ok(match offered.and_then(|o| proposed_sku(facts, o, sku)) {
        Some(offer) => finding
            .with_evidence("smallest that fits", &offer.name)
            .with_fix(scale_step(&server.id, &offer.tier, &offer.name)),
        None => with_sku_list(finding, server),
    }
    .into())
}

/// Returns the smallest SKU that fits the source. If the size of the source is not known, returns the smallest SKU at
/// least as large as the current one.
fn proposed_sku(facts: &Facts, offered: &Capabilities, now: &ServerSku) -> Option<SkuOffer> {
    let known = Requirements::from_facts(facts);
    let current_offer = offered.sku(&now.name).ok();
    let need = if known.has_compute() {
        known
    } else {
        Requirements {
            vcores: current_offer.map(|o| o.vcores),
            memory_gib: current_offer.map(|o| o.memory_gib),
            ..known
        }
    };
    Some(smallest_sku(offered, &need)?.sku)
}

/// Without the SKUs of the location, lists the offered SKUs so that the user can choose one.
fn with_sku_list(finding: Finding, server: &Server) -> Finding {
    let location = server.location.as_deref().unwrap_or("<location>");
    let list = format!(
        "az postgres flexible-server list-skus --location {} --output table",
        quote::quote_bash(&normalize_location(location))
    );
    let tier = "GeneralPurpose";
    finding.with_fix(FixStep::manual(list)).with_fix(scale_step(
        &server.id,
        tier,
        "<one of that tier>",
    ))
}

fn scale_step(id: &ServerId, tier: &str, sku: &str) -> FixStep {
    let (tier, sku) = (quote::quote_bash(tier), quote::quote_bash(sku));
    quote::scale_server(id, &format!("--tier {tier} --sku-name {sku}"))
}
