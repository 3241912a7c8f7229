//! "The SKU should correspond with the source": no formula is documented, so vCores and memory are compared. Since
//! 0.1.0.

use crate::checks::{Check, CheckResult, Finding, Findings, Needs, Object, OfficialRule, Severity};
use crate::commands::quote;
use crate::facts::{Facts, Missing};
use crate::sizing::recommendation::{SUFFICIENT_MEMORY_SHARE, SkuRecommendation, smallest_sku};
use crate::sizing::requirements;
use crate::sizing::requirements::{Requirements, amount};

pub const CHECK: Check = Check {
    id: "compute-below-source",
    title: "The target has fewer vCores or less memory than the source",
    severity: Severity::Warning,
    unknown: Severity::Note,
    needs: Needs::Pair,
    mode: None,
    official: &[
        OfficialRule::Prerequisite("sku"),
        OfficialRule::AzureMigrate("sku"),
        OfficialRule::AzureMigrate("region"),
    ],
    why: "The documentation asks for a SKU that corresponds with the source; a smaller one copies more slowly and may not \
          carry the load afterwards.",
    fix: "Scale the target up, at least for the migration; scaling down later takes one restart.",
    verify: "az postgres flexible-server list-skus --location <location> --output table",
    link: "https://learn.microsoft.com/azure/postgresql/compute-storage/concepts-compute",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let server = facts.server.as_ref()?;
    let sku = server.sku.as_ref()?;
    let source = requirements::source_compute(facts)?;
    let capabilities = facts.capabilities.as_ref()?;
    let target_sku = capabilities.sku(&sku.name)?;
    let mut findings = Findings::none();
    if !source.is_reliable {
        // An estimate proves neither that the source fits nor how much is missing.
        findings.add_missing(&missing_source_size());
    }
    let short_cores = source.vcores.is_some_and(|v| target_sku.vcores < v);
    let short_memory = source
        .memory_gib
        .is_some_and(|m| target_sku.memory_gib < m * SUFFICIENT_MEMORY_SHARE);
    if !short_cores && !short_memory {
        return Ok(findings);
    }
    let target_amount = amount(Some(target_sku.vcores), Some(target_sku.memory_gib));
    let message = format!(
        "the source has {} ({}), the target's `{}` {target_amount}",
        source.format(),
        source.basis,
        target_sku.name
    );
    let mut finding = Finding::new(Object::Server, message)
        .with_evidence("source", source.format())
        .with_evidence("target", target_amount)
        .with_evidence("known from", source.basis);
    if !source.is_reliable {
        finding = finding.with_severity(Severity::Note);
    }
    findings.push(
        match smallest_sku(capabilities, &Requirements::from_facts(facts)) {
            Some(SkuRecommendation { sku: offer, .. }) => {
                let flags = format!(
                    "--tier {} --sku-name {}",
                    quote::quote_bash(&offer.tier),
                    quote::quote_bash(&offer.name)
                );
                finding
                    .with_evidence("smallest that fits", &offer.name)
                    .with_fix(quote::scale_server(&server.id, &flags))
            }
            None => finding.with_evidence("smallest that fits", "none in this location"),
        },
    );
    Ok(findings)
}

fn missing_source_size() -> Missing {
    Missing::not_specified(
        "vCores and memory of the source are a guess from `shared_buffers` alone",
        "say `--source-vcores` and `--source-memory-gib` (in a plan: `source_vcores`, `source_memory_gib`)",
    )
}
