//! Sizing: the requirements of the source, and the smallest server of a location that meets them.

pub mod demand;
pub mod estimate;
pub mod need;
pub mod recommend;
pub mod storage;

use crate::facts::Facts;
use need::Need;

/// Whether sizing was requested but cannot be done, because the capabilities of the location or the compute size of the
/// source are unknown. A location without a sufficient SKU is a complete answer.
pub fn is_owed(facts: &Facts) -> bool {
    let is_known = || facts.capabilities.is_ok() && Need::of(facts).knows_compute();
    facts.migration.location.is_some() && !is_known()
}

/// Bytes per GiB.
pub const GIB: f64 = 1_073_741_824.0;
