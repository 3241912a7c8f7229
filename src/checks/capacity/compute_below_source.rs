//! "The SKU should correspond with the source": no formula is documented, so vCores and memory are compared. Since
//! 0.1.0.

use crate::checks::{Check, Finding, Findings, Judged, Needs, Official, Severity, command};
use crate::facts::{Facts, Missing};
use crate::sizing::demand::{self, amount};
use crate::sizing::need::Need;
use crate::sizing::recommend::{Choice, MEMORY_SHARE, smallest};

pub const CHECK: Check = Check {
    id: "compute-below-source",
    title: "The target has fewer vCores or less memory than the source",
    severity: Severity::Warning,
    unknown: Severity::Note,
    needs: Needs::Pair,
    mode: None,
    official: &[
        Official::Prerequisite("sku"),
        Official::AzureMigrate("sku"),
        Official::AzureMigrate("region"),
    ],
    why: "The documentation asks for a SKU that corresponds with the source; a smaller one copies more slowly and may not \
          carry the load afterwards.",
    fix: "Scale the target up, at least for the migration; scaling down later takes one restart.",
    look: "az postgres flexible-server list-skus --location <location> --output table",
    link: "https://learn.microsoft.com/azure/postgresql/compute-storage/concepts-compute",
    run,
};

fn run(facts: &Facts) -> Judged {
    let server = facts.server.as_ref()?;
    let sku = server.sku.as_ref()?;
    let source = demand::compute(facts)?;
    let capabilities = facts.capabilities.as_ref()?;
    let has = capabilities.sku(&sku.name)?;
    let mut findings = Findings::none();
    if !source.is_sure {
        // An estimate proves neither that the source fits nor how much is missing.
        findings.unknown(&guessed());
    }
    let short_cores = source.vcores.is_some_and(|v| has.vcores < v);
    let short_memory = source
        .memory_gib
        .is_some_and(|m| has.memory_gib < m * MEMORY_SHARE);
    if !short_cores && !short_memory {
        return Ok(findings);
    }
    let there = amount(Some(has.vcores), Some(has.memory_gib));
    let message = format!(
        "the source has {} ({}), the target's `{}` {there}",
        source.amount(),
        source.basis,
        has.name
    );
    let mut finding = Finding::new("server", message)
        .evidence("source", source.amount())
        .evidence("target", there)
        .evidence("known from", source.basis);
    if !source.is_sure {
        finding = finding.milder(Severity::Note);
    }
    findings.push(match smallest(capabilities, &Need::of(facts)) {
        Some(Choice { sku: offer, .. }) => {
            let flags = format!(
                "--tier {} --sku-name {}",
                command::quote(&offer.tier),
                command::quote(&offer.name)
            );
            finding
                .evidence("smallest that fits", &offer.name)
                .fix(command::scale(&server.id, &flags))
        }
        None => finding.evidence("smallest that fits", "none in this location"),
    });
    Ok(findings)
}

fn guessed() -> Missing {
    Missing::not_said(
        "vCores and memory of the source are a guess from `shared_buffers` alone",
        "say `--source-vcores` and `--source-memory-gib` (in a plan: `source_vcores`, `source_memory_gib`)",
    )
}
