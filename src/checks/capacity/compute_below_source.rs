//! "The SKU should correspond with the source": no formula is documented, so vCores and memory are compared. Since 0.1.0.

use crate::checks::{Check, Finding, Findings, Judged, Needs, Official, Severity, command};
use crate::facts::capabilities::{Capabilities, SkuOffer};
use crate::facts::{Fact, Facts, Missing};

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

/// What the source has, and how that is known.
struct Demand {
    vcores: Option<u32>,
    memory_gib: Option<f64>,
    basis: &'static str,
    is_sure: bool,
}

fn run(facts: &Facts) -> Judged {
    let server = facts.server.as_ref()?;
    let sku = server.sku.as_ref()?;
    let demand = demand(facts)?;
    let capabilities = facts.capabilities.as_ref()?;
    let has = capabilities.sku(&sku.name)?;
    let short_cores = demand.vcores.is_some_and(|v| has.vcores < v);
    // A tenth is left to the host: 31.3 GiB of a machine sold with 32 are no shortage.
    let short_memory = demand.memory_gib.is_some_and(|m| has.memory_gib < m * 0.9);
    if !short_cores && !short_memory {
        return Ok(Findings::none());
    }
    let mut finding = Finding::new("server", message(&demand, has))
        .evidence("source", amount(demand.vcores, demand.memory_gib))
        .evidence("target", amount(Some(has.vcores), Some(has.memory_gib)))
        .evidence("known from", demand.basis);
    if !demand.is_sure {
        finding = finding.milder(Severity::Note);
    }
    Ok(match smallest(capabilities, has, &demand) {
        Some(offer) => {
            let flags = format!(
                "--tier {} --sku-name {}",
                command::quote(&offer.tier),
                command::quote(&offer.name)
            );
            finding
                .evidence("smallest that fits", &offer.name)
                .fix(command::server(&server.id, "update", &flags))
        }
        None => finding.evidence("smallest that fits", "none in this location"),
    }
    .into())
}

fn message(demand: &Demand, has: &SkuOffer) -> String {
    format!(
        "the source has {} ({}), the target's `{}` {}",
        amount(demand.vcores, demand.memory_gib),
        demand.basis,
        has.name,
        amount(Some(has.vcores), Some(has.memory_gib))
    )
}

fn amount(vcores: Option<u32>, memory_gib: Option<f64>) -> String {
    let vcores = vcores.map(|v| format!("{v} vCores"));
    let memory = memory_gib.map(|m| format!("{} GiB", (m * 10.0).round() / 10.0));
    vcores
        .into_iter()
        .chain(memory)
        .collect::<Vec<_>>()
        .join(", ")
}

/// What the user says, else what the host's files say, else what its settings hint at.
fn demand(facts: &Facts) -> Fact<Demand> {
    let source = facts
        .migration
        .source
        .as_ref()
        .ok_or_else(Missing::no_source)?;
    if source.vcores.is_some() || source.memory_gib.is_some() {
        let (vcores, memory_gib) = (source.vcores, source.memory_gib);
        return Ok(Demand {
            vcores,
            memory_gib,
            basis: "as given",
            is_sure: true,
        });
    }
    if let Ok(host) = &facts.host {
        let (vcores, memory_gib) = (Some(host.vcores), Some(host.memory_gib));
        return Ok(Demand {
            vcores,
            memory_gib,
            basis: "read from its host",
            is_sure: true,
        });
    }
    hint(facts)
}

/// `shared_buffers` is commonly a quarter of the memory: a hint, where somebody chose it.
fn hint(facts: &Facts) -> Fact<Demand> {
    let settings = facts.settings.as_ref().map_err(Clone::clone)?;
    let chosen = settings
        .find("shared_buffers")
        .filter(|s| s.is_customised());
    let pages = chosen
        .and_then(|s| s.reset_val.as_deref())
        .and_then(|v| v.parse::<f64>().ok());
    // 128 MB is what initdb writes: nobody chose it.
    match pages
        .map(|p| p * 8.0 / 1_048_576.0)
        .filter(|gib| *gib > 0.125)
    {
        Some(gib) => Ok(Demand {
            vcores: None,
            memory_gib: Some(gib * 4.0),
            basis: "a guess from shared_buffers",
            is_sure: false,
        }),
        None => Err(Missing::not_said(
            "nothing tells how many vCores and how much memory the source has",
            "say `--source-vcores` and `--source-memory-gib`",
        )),
    }
}

/// The smallest offer that fits, of a tier that is no smaller in kind, and of the same family where there is a choice.
fn smallest<'c>(
    capabilities: &'c Capabilities,
    has: &SkuOffer,
    demand: &Demand,
) -> Option<&'c SkuOffer> {
    let fits = |offer: &&SkuOffer| {
        offer.tier != "Burstable"
            && demand.vcores.is_none_or(|v| offer.vcores >= v)
            && demand
                .memory_gib
                .is_none_or(|m| offer.memory_gib >= m * 0.9)
    };
    // `Standard_D4ds_v5` and `Standard_D8ds_v5` are one family: their names differ by the first number.
    let family = |name: &str| {
        let rest = name
            .trim_start_matches(|c: char| !c.is_ascii_digit())
            .trim_start_matches(|c: char| c.is_ascii_digit());
        format!(
            "{}{rest}",
            name.trim_end_matches(rest)
                .trim_end_matches(|c: char| c.is_ascii_digit())
        )
    };
    let size = |offer: &&SkuOffer| {
        let other_family = family(&offer.name) != family(&has.name);
        (
            offer.vcores,
            (offer.memory_gib * 1024.0) as u64,
            other_family,
            std::cmp::Reverse(offer.name.clone()),
        )
    };
    capabilities.skus.iter().filter(fits).min_by_key(size)
}
