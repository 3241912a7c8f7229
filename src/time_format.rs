//! Formats points in time for people: in UTC, to the minute.

use time::{OffsetDateTime, UtcOffset};

/// Formats a time as `2026-11-19 20:30 UTC`.
pub(crate) fn format_utc_minute(moment: OffsetDateTime) -> String {
    let utc = moment.to_offset(UtcOffset::UTC);
    format!("{} {:02}:{:02} UTC", utc.date(), utc.hour(), utc.minute())
}
