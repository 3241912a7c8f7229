//! What the load needs, what the location offers, and what of it fits: the ground of the capacity checks and of the
//! report's sizing. Pure; judges nothing.

pub mod demand;
pub mod estimate;
pub mod need;
pub mod recommend;
pub mod storage;

use crate::facts::Facts;
use need::Need;

/// Whether a server is to be sized for a location, and what the location offers or what the source has is not known. A
/// location that has nothing to fit is an answer.
pub fn is_owed(facts: &Facts) -> bool {
    let is_known = || facts.capabilities.is_ok() && Need::of(facts).knows_compute();
    facts.migration.location.is_some() && !is_known()
}

/// Bytes in a GiB.
pub const GIB: f64 = 1_073_741_824.0;
