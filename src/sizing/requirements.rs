//! The requirements of the source for a server: data, vCores and memory, connections, IOPS.

use super::GIB;
use crate::facts::{Fact, Facts, Missing};
use crate::reference::skus;

/// Requirements for a server. An unknown value (`None`) is not a requirement.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Requirements {
    pub vcores: Option<u32>,
    pub memory_gib: Option<f64>,
    /// Number of client connections.
    pub connections: Option<u32>,
    /// Reads and writes per second.
    pub iops: Option<f64>,
    /// Size of the data to copy, in GiB.
    pub data_gib: Option<f64>,
    /// Availability zone of the target.
    pub zone: Option<String>,
    /// SKU whose family is preferred among equal sizes.
    pub preferred_sku: Option<String>,
}

impl Requirements {
    /// Collects the requirements of the source. Zone and preferred family are those of the target.
    pub fn from_facts(facts: &Facts) -> Requirements {
        let compute = source_compute(facts).ok();
        let activity = facts.io.as_ref().ok();
        let server = facts.server.as_ref().ok();
        let sku = server.and_then(|s| s.sku.as_ref().ok());
        Requirements {
            vcores: compute.as_ref().and_then(|c| c.vcores),
            memory_gib: compute.as_ref().and_then(|c| c.memory_gib),
            connections: activity.map(|a| a.connections),
            iops: activity.and_then(|a| a.iops()),
            data_gib: source_data(facts).ok().map(|d| d.total_gib),
            zone: server.and_then(|s| s.availability_zone.clone().ok().flatten()),
            preferred_sku: sku.map(|s| s.name.clone()),
        }
    }

    /// Whether vCores or memory of the source are known. Otherwise every server would be sufficient.
    pub fn has_compute(&self) -> bool {
        self.vcores.is_some() || self.memory_gib.is_some()
    }
}

/// Size of the data to migrate.
#[derive(Debug, Clone)]
pub struct SourceData {
    /// Name and size in bytes of each selected database.
    pub databases: Vec<(String, Fact<u64>)>,
    /// Sum of the known sizes.
    pub total_gib: f64,
    /// Missing facts. If not empty, the sum is incomplete.
    pub missing: Vec<Missing>,
}

/// vCores and memory of the source, and their origin.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceCompute {
    pub vcores: Option<u32>,
    pub memory_gib: Option<f64>,
    /// Basis of the values: `as given`, `from Azure`, `read from its host` or `a guess from shared_buffers`.
    pub basis: &'static str,
    /// Whether the values are reliable. Estimates are not.
    pub is_reliable: bool,
}

/// Returns the selected databases with their sizes.
///
/// # Errors
/// The list of databases could not be read.
pub fn source_data(facts: &Facts) -> Fact<SourceData> {
    let all = facts.databases.as_ref()?;
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
    Ok(SourceData {
        total_gib: bytes as f64 / GIB,
        databases,
        missing,
    })
}

/// Determines vCores and memory from the first available origin: options, the Azure SKU, the machine's files, or an
/// estimate from `shared_buffers`.
///
/// # Errors
/// No origin is available.
pub fn source_compute(facts: &Facts) -> Fact<SourceCompute> {
    let source = facts
        .migration
        .source
        .as_ref()
        .ok_or_else(Missing::no_source)?;
    if source.vcores.is_some() || source.memory_gib.is_some() {
        return Ok(SourceCompute {
            vcores: source.vcores,
            memory_gib: source.memory_gib,
            basis: "as given",
            is_reliable: true,
        });
    }
    if source.azure_id.is_some() {
        let (vcores, memory_gib) = azure_compute_size(facts)?;
        return Ok(reliable_compute(vcores, memory_gib, "from Azure"));
    }
    if let Ok(host) = &facts.machine {
        return Ok(reliable_compute(
            host.vcores,
            host.memory_gib,
            "read from its host",
        ));
    }
    estimate_from_shared_buffers(facts)
}

fn reliable_compute(vcores: u32, memory_gib: f64, basis: &'static str) -> SourceCompute {
    SourceCompute {
        vcores: Some(vcores),
        memory_gib: Some(memory_gib),
        basis,
        is_reliable: true,
    }
}

/// Returns vCores and memory of the source's SKU, from the location's capabilities or from the SKU name.
fn azure_compute_size(facts: &Facts) -> Fact<(u32, f64)> {
    let sku = facts.source_sku.as_ref()?;
    let capabilities = facts.capabilities.as_ref().ok();
    let listed = capabilities.and_then(|c| c.sku(&sku.name).ok());
    let figures = listed.map(|s| (s.vcores, s.memory_gib));
    figures.or_else(|| skus::compute_size(&sku.name)).ok_or_else(|| {
        Missing::not_specified(
            format!(
                "the figures of the source's SKU `{}` are not known",
                sku.name
            ),
            "say `--source-vcores` and `--source-memory-gib` (in a plan: `source_vcores`, `source_memory_gib`)",
        )
    })
}

/// Estimates the memory from a customized `shared_buffers`, which is usually a quarter of it.
fn estimate_from_shared_buffers(facts: &Facts) -> Fact<SourceCompute> {
    let settings = facts.source_parameters.as_ref()?;
    let chosen = settings
        .find("shared_buffers")
        .filter(|s| s.is_customized());
    let pages = chosen
        .and_then(|s| s.reset_val.as_deref())
        .and_then(|v| v.parse::<f64>().ok());
    // 128 MB is the value that initdb writes, so it is not a deliberate choice.
    match pages
        .map(|p| p * 8.0 / 1_048_576.0)
        .filter(|gib| *gib > 0.125)
    {
        Some(gib) => Ok(SourceCompute {
            vcores: None,
            memory_gib: Some(gib * 4.0),
            basis: "a guess from shared_buffers",
            is_reliable: false,
        }),
        None => Err(Missing::not_specified(
            "nothing tells how many vCores and how much memory the source has",
            "say `--source-vcores` and `--source-memory-gib` (in a plan: `source_vcores`, `source_memory_gib`)",
        )),
    }
}

impl SourceCompute {
    /// Formats the values, such as `4 vCores, 16 GiB`.
    pub fn format(&self) -> String {
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
