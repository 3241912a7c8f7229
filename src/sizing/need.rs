//! What a server for this source must have, out of everything that is known of it.
//! Not here: how each part is known (`demand`), which offer has it all (`recommend`).

use super::demand;
use crate::facts::Facts;

/// What a server must have. What is not known asks for nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Need {
    pub vcores: Option<u32>,
    pub memory_gib: Option<f64>,
    /// Connections that clients hold.
    pub connections: Option<u32>,
    /// Reads and writes a second.
    pub iops: Option<f64>,
    /// GiB of data that is copied.
    pub data_gib: Option<f64>,
    /// The availability zone that the target is in.
    pub zone: Option<String>,
    /// A SKU whose family is preferred, where there is a choice.
    pub like: Option<String>,
}

impl Need {
    /// The need of the source, in the zone of the target and preferably of its family.
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

    /// Whether anything is known of the source's vCores or memory: without, every server would fit.
    pub fn knows_compute(&self) -> bool {
        self.vcores.is_some() || self.memory_gib.is_some()
    }
}
