//! What the load needs, what the location offers, and what of it fits: the ground of the capacity checks and of the
//! report's sizing. Pure; judges nothing.

pub mod demand;
pub mod estimate;
pub mod need;
pub mod recommend;
pub mod storage;

/// Bytes in a GiB.
pub const GIB: f64 = 1_073_741_824.0;
