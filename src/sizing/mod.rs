//! Sizing: the requirements of the source, and the smallest server of a location that meets them.

pub mod copy_estimate;
pub mod recommendation;
pub mod requirements;
pub mod storage_size;

use requirements::Requirements;

use crate::facts::Facts;

/// Whether sizing was requested but cannot be done, because the capabilities of the location or the compute size of the
/// source are unknown. A location without a sufficient SKU is a complete answer.
pub fn is_incomplete(facts: &Facts) -> bool {
    let is_known = || facts.capabilities.is_ok() && Requirements::from_facts(facts).has_compute();
    facts.migration.location.is_some() && !is_known()
}

/// Bytes per GiB.
pub const GIB: f64 = 1_073_741_824.0;
