//! The requirements of the source for a server: data, vCores and memory, connections, IOPS.

use super::demand;
use crate::facts::Facts;

/// Requirements for a server. An unknown value (`None`) is not a requirement.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Need {
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
    pub like: Option<String>,
}

impl Need {
    /// Collects the requirements of the source. Zone and preferred family are those of the target.
    pub fn of(facts: &Facts) -> Need {
        let compute = demand::compute(facts).ok();
        let activity = facts.activity.as_ref().ok();
        let server = facts.server.as_ref().ok();
        let sku = server.and_then(|s| s.sku.as_ref().ok());
        Need {
            vcores: compute.as_ref().and_then(|c| c.vcores),
            memory_gib: compute.as_ref().and_then(|c| c.memory_gib),
            connections: activity.map(|a| a.connections),
            iops: activity.and_then(|a| a.iops()),
            data_gib: demand::data(facts).ok().map(|d| d.gib),
            zone: server.and_then(|s| s.zone.clone().ok().flatten()),
            like: sku.map(|s| s.name.clone()),
        }
    }

    /// Whether vCores or memory of the source are known. Otherwise every server would be sufficient.
    pub fn knows_compute(&self) -> bool {
        self.vcores.is_some() || self.memory_gib.is_some()
    }
}
