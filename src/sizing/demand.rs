//! The size of the source: data, vCores and memory.

use super::GIB;
use crate::facts::{Fact, Facts, Missing};
use crate::reference::skus;

/// Size of the data to migrate.
#[derive(Debug, Clone)]
pub struct Data {
    /// Name and size in bytes of each selected database.
    pub databases: Vec<(String, Fact<u64>)>,
    /// Sum of the known sizes.
    pub gib: f64,
    /// Missing facts. If not empty, the sum is incomplete.
    pub missing: Vec<Missing>,
}

/// vCores and memory of the source, and their origin.
#[derive(Debug, Clone, PartialEq)]
pub struct Compute {
    pub vcores: Option<u32>,
    pub memory_gib: Option<f64>,
    /// Basis of the values: `as given`, `from Azure`, `read from its host` or `a guess from shared_buffers`.
    pub basis: &'static str,
    /// Whether the values are reliable. Estimates are not.
    pub is_sure: bool,
}

/// Returns the selected databases with their sizes.
///
/// # Errors
/// The list of databases could not be read.
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

/// Determines vCores and memory from the first available origin: options, the Azure SKU, the machine's files, or an
/// estimate from `shared_buffers`.
///
/// # Errors
/// No origin is available.
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

/// Returns vCores and memory of the source's SKU, from the location's capabilities or from the SKU name.
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

/// Estimates the memory from a customized `shared_buffers`, which is usually a quarter of it.
fn hint(facts: &Facts) -> Fact<Compute> {
    let settings = facts.settings.as_ref().map_err(Clone::clone)?;
    let chosen = settings
        .find("shared_buffers")
        .filter(|s| s.is_customised());
    let pages = chosen
        .and_then(|s| s.reset_val.as_deref())
        .and_then(|v| v.parse::<f64>().ok());
    // 128 MB is the value that initdb writes, so it is not a deliberate choice.
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
    /// Formats the values, such as `4 vCores, 16 GiB`.
    pub fn amount(&self) -> String {
        amount(self.vcores, self.memory_gib)
    }
}

/// Formats the known values, such as `4 vCores, 16 GiB`.
pub fn amount(vcores: Option<u32>, memory_gib: Option<f64>) -> String {
    let vcores = vcores.map(|v| format!("{v} vCores"));
    let memory = memory_gib.map(|m| format!("{} GiB", (m * 10.0).round() / 10.0));
    let parts: Vec<String> = vcores.into_iter().chain(memory).collect();
    parts.join(", ")
}
