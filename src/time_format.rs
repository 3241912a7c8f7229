//! The formats of points in time. All are in UTC.

use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

/// Formats a time for programs: `2026-11-19T20:30:00Z`.
pub(crate) fn format_rfc3339(moment: OffsetDateTime) -> String {
    moment
        .to_offset(UtcOffset::UTC)
        .format(&Rfc3339)
        .unwrap_or_default()
}

/// Formats a time for people: `2026-11-19 20:30 UTC`.
pub(crate) fn format_utc_minute(moment: OffsetDateTime) -> String {
    let utc = moment.to_offset(UtcOffset::UTC);
    format!("{} {:02}:{:02} UTC", utc.date(), utc.hour(), utc.minute())
}

/// Formats a time of [`format_rfc3339`] for people, with seconds: `2026-11-19 20:30:00 UTC`. A report that was loaded
/// from a file only contains the text.
pub(crate) fn format_utc_second(rfc3339: &str) -> String {
    rfc3339.replace('T', " ").replace('Z', " UTC")
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn times_are_formatted_in_utc() {
        let moment = datetime!(2026-11-19 22:30:05 +2);
        assert_eq!(format_rfc3339(moment), "2026-11-19T20:30:05Z");
        assert_eq!(format_utc_minute(moment), "2026-11-19 20:30 UTC");
        let text = format_rfc3339(moment);
        assert_eq!(format_utc_second(&text), "2026-11-19 20:30:05 UTC");
    }
}
