//! Checks whether the target is large enough for the source: storage, vCores, memory, connections, IOPS.

mod compute_below_source;
mod connections_below_source;
mod iops_below_source;
mod large_table_single_stream;
mod locks_capacity_low;
mod replicas_over_limit;
mod source_connections_short;
mod storage_growth_crosses_4tib;
mod storage_too_small;
mod table_bloat_high;

use super::{Check, FixStep};
use crate::commands::quote;
use crate::config::ServerId;
use crate::sizing::storage_size;

/// The checks of this area, in report order.
pub const ALL: &[&Check] = &[
    &storage_too_small::CHECK,
    &storage_growth_crosses_4tib::CHECK,
    &compute_below_source::CHECK,
    &connections_below_source::CHECK,
    &source_connections_short::CHECK,
    &iops_below_source::CHECK,
    &locks_capacity_low::CHECK,
    &large_table_single_stream::CHECK,
    &table_bloat_high::CHECK,
    &replicas_over_limit::CHECK,
];

/// Returns the step that increases the storage for a copy of this many GiB.
fn larger_storage_step(id: &ServerId, source_gib: f64) -> FixStep {
    match storage_size::premium_ssd_size(storage_size::min_storage_gib(source_gib)) {
        Some(size_gib) => quote::grow_storage(id, size_gib),
        None => FixStep::manual(
            "# no Premium SSD is that large: migrate the databases to several servers, or to one with Premium SSD v2",
        ),
    }
}
