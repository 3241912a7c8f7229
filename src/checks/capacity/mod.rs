//! Does the source fit: storage, processors, memory, connections, reads and writes.

mod compute_below_source;
mod connections_below_source;
mod iops_below_source;
mod storage_growth_crosses_4tib;
mod storage_too_small;

use super::Check;

/// The checks of this area, in the order of the report.
pub const ALL: &[&Check] = &[
    &storage_too_small::CHECK,
    &storage_growth_crosses_4tib::CHECK,
    &compute_below_source::CHECK,
    &connections_below_source::CHECK,
    &iops_below_source::CHECK,
];
