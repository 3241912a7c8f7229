//! A Burstable target runs on CPU credits, which a migration uses up. Since 0.1.0.
//!
//! The service's support for such targets has changed: rejected in early 2024, then limited to one region, supported
//! since 2025.

use crate::checks::{Check, Finding, Findings, Judged, Needs, Official, Severity, Step, command};
use crate::facts::Facts;
use crate::facts::capabilities::{Capabilities, SkuOffer};
use crate::facts::server::{Server, Sku, normal_location};
use crate::plan::ServerId;
use crate::sizing::need::Need;
use crate::sizing::recommend::smallest;

pub const CHECK: Check = Check {
    id: "target-burstable",
    title: "The target's tier is Burstable",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Target,
    mode: None,
    official: &[Official::Prerequisite("sku")],
    why: "A Burstable server lives on processor credits, which a bulk load and its index builds use up; it can have \
          neither high availability nor read replicas afterwards.",
    fix: "Scale to General Purpose or Memory Optimized at least for the migration.",
    look: "az postgres flexible-server show --resource-group <group> --name <name> --query sku",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/best-practices-migration-service-postgresql",
    run,
};

fn run(facts: &Facts) -> Judged {
    let server = facts.server.as_ref()?;
    let sku = server.sku.as_ref()?;
    if !server.is_burstable()? {
        return Ok(Findings::none());
    }
    let message = format!("the target is a `{}` of tier `{}`", sku.name, sku.tier);
    let finding = Finding::new("server", message).evidence("sku", &sku.name);
    let offered = facts.capabilities.as_ref().ok();
    Ok(match offered.and_then(|o| instead(facts, o, sku)) {
        Some(offer) => finding
            .evidence("smallest that fits", &offer.name)
            .fix(scale(&server.id, &offer.tier, &offer.name)),
        None => choose(finding, server),
    }
    .into())
}

/// Returns the smallest SKU that fits the source. If the size of the source is not known, returns the smallest SKU at
/// least as large as the current one.
fn instead(facts: &Facts, offered: &Capabilities, now: &Sku) -> Option<SkuOffer> {
    let known = Need::of(facts);
    let least = offered.sku(&now.name).ok();
    let need = if known.knows_compute() {
        known
    } else {
        Need {
            vcores: least.map(|o| o.vcores),
            memory_gib: least.map(|o| o.memory_gib),
            ..known
        }
    };
    Some(smallest(offered, &need)?.sku)
}

/// Without the SKUs of the location, lists the offered SKUs so that the user can choose one.
fn choose(finding: Finding, server: &Server) -> Finding {
    let location = server.location.as_deref().unwrap_or("<location>");
    let list = format!(
        "az postgres flexible-server list-skus --location {} --output table",
        command::quote(&normal_location(location))
    );
    let tier = "GeneralPurpose";
    finding
        .fix(list)
        .fix(scale(&server.id, tier, "<one of that tier>"))
}

fn scale(id: &ServerId, tier: &str, sku: &str) -> Step {
    let (tier, sku) = (command::quote(tier), command::quote(sku));
    command::scale(id, &format!("--tier {tier} --sku-name {sku}"))
}
