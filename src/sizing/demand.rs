//! What the source needs of a server: data, vCores and memory, connections, reads and writes.

use super::GIB;
use crate::facts::{Fact, Facts, Missing};
use crate::reference::skus;

/// The data that is migrated.
#[derive(Debug, Clone)]
pub struct Data {
    /// By name, in bytes.
    pub databases: Vec<(String, Fact<u64>)>,
    /// The sum of what is known.
    pub gib: f64,
    /// What keeps the sum from being whole.
    pub missing: Vec<Missing>,
}

/// vCores and memory, and how they are known.
#[derive(Debug, Clone, PartialEq)]
pub struct Compute {
    pub vcores: Option<u32>,
    pub memory_gib: Option<f64>,
    /// `as given`, `from Azure`, `read from its host`, `a guess from shared_buffers`.
    pub basis: &'static str,
    /// Whether it is more than a hint.
    pub is_sure: bool,
}

/// The selected databases and their sizes.
///
/// # Errors
/// When the list of databases is not known.
pub fn data(facts: &Facts) -> Fact<Data> {
    let all = facts.databases.as_ref().map_err(Clone::clone)?;
    let (selected, undecided) = all.selected();
    let databases: Vec<_> = selected
        .iter()
        .map(|d| (d.name.clone(), d.size()))
        .collect();
    let bytes: u64 = databases
        .iter()
        .filter_map(|(_, size)| size.as_ref().ok())
        .sum();
    let hidden = databases.iter().filter_map(|(_, size)| size.as_ref().err());
    let missing = undecided.into_iter().chain(hidden.cloned()).collect();
    Ok(Data {
        gib: bytes as f64 / GIB,
        databases,
        missing,
    })
}

/// What the user says, else what Azure says, else what the host's files say, else what its settings hint at.
///
/// # Errors
/// When nothing tells.
pub fn compute(facts: &Facts) -> Fact<Compute> {
    let source = facts
        .migration
        .source
        .as_ref()
        .ok_or_else(Missing::no_source)?;
    if source.vcores.is_some() || source.memory_gib.is_some() {
        return Ok(Compute {
            vcores: source.vcores,
            memory_gib: source.memory_gib,
            basis: "as given",
            is_sure: true,
        });
    }
    if source.azure_id.is_some() {
        let (vcores, memory_gib) = of_azure(facts)?;
        return Ok(sure(vcores, memory_gib, "from Azure"));
    }
    if let Ok(host) = &facts.host {
        return Ok(sure(host.vcores, host.memory_gib, "read from its host"));
    }
    hint(facts)
}

fn sure(vcores: u32, memory_gib: f64, basis: &'static str) -> Compute {
    Compute {
        vcores: Some(vcores),
        memory_gib: Some(memory_gib),
        basis,
        is_sure: true,
    }
}

/// The figures of the source's SKU: as the location lists them, else by its name.
fn of_azure(facts: &Facts) -> Fact<(u32, f64)> {
    let sku = facts.source_sku.as_ref().map_err(Clone::clone)?;
    let capabilities = facts.capabilities.as_ref().ok();
    let listed = capabilities.and_then(|c| c.sku(&sku.name).ok());
    let figures = listed.map(|s| (s.vcores, s.memory_gib));
    figures.or_else(|| skus::figures(&sku.name)).ok_or_else(|| {
        Missing::not_said(
            format!(
                "the figures of the source's SKU `{}` are not known",
                sku.name
            ),
            "say `--source-vcores` and `--source-memory-gib` (in a plan: `source_vcores`, `source_memory_gib`)",
        )
    })
}

/// `shared_buffers` is commonly a quarter of the memory: a hint, where somebody chose it.
fn hint(facts: &Facts) -> Fact<Compute> {
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
        Some(gib) => Ok(Compute {
            vcores: None,
            memory_gib: Some(gib * 4.0),
            basis: "a guess from shared_buffers",
            is_sure: false,
        }),
        None => Err(Missing::not_said(
            "nothing tells how many vCores and how much memory the source has",
            "say `--source-vcores` and `--source-memory-gib` (in a plan: `source_vcores`, `source_memory_gib`)",
        )),
    }
}

impl Compute {
    /// For a reader: `4 vCores, 16 GiB`.
    pub fn amount(&self) -> String {
        amount(self.vcores, self.memory_gib)
    }
}

/// `4 vCores, 16 GiB`, as far as they are known.
pub fn amount(vcores: Option<u32>, memory_gib: Option<f64>) -> String {
    let vcores = vcores.map(|v| format!("{v} vCores"));
    let memory = memory_gib.map(|m| format!("{} GiB", (m * 10.0).round() / 10.0));
    let parts: Vec<String> = vcores.into_iter().chain(memory).collect();
    parts.join(", ")
}
