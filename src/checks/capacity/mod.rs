//! Does the source fit: storage, processors, memory.

mod compute_below_source;
mod storage_too_small;

use super::Check;

/// The checks of this area, in the order of the report.
pub const ALL: &[&Check] = &[&storage_too_small::CHECK, &compute_below_source::CHECK];
