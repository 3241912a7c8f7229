//! The time of a recording, and its age at the time of a run.

use std::time::Duration;

use time::OffsetDateTime;

use super::recording_error::RecordingError;
use crate::time_format::format_rfc3339;

/// The maximum clock skew between two machines.
const MAX_CLOCK_SKEW: Duration = Duration::from_secs(300);

/// Checks that a recording is not older than `max_age` at the time `now`.
pub(super) fn check_age(
    recorded_at: OffsetDateTime,
    max_age: Duration,
    now: OffsetDateTime,
) -> Result<(), RecordingError> {
    let age = now - recorded_at;
    if -age > MAX_CLOCK_SKEW {
        let recorded_at = format_rfc3339(recorded_at);
        return Err(RecordingError::InFuture { recorded_at });
    }
    if age <= max_age {
        return Ok(());
    }
    Err(RecordingError::TooOld {
        recorded_at: format_rfc3339(recorded_at),
        age: format_age(age.unsigned_abs()),
        most: format_age(max_age),
    })
}

/// Formats a duration as `7d`, `36h`, `10m`, or `5s`, rounded down.
fn format_age(age: Duration) -> String {
    let seconds = age.as_secs();
    match seconds {
        s if s >= 48 * 3600 => format!("{}d", s / 86_400),
        s if s >= 3600 => format!("{}h", s / 3600),
        s if s >= 60 => format!("{}m", s / 60),
        s => format!("{s}s"),
    }
}

/// The current time, truncated to seconds. It is the clock of a live run.
pub fn now() -> OffsetDateTime {
    let now = OffsetDateTime::now_utc();
    now.replace_nanosecond(0).unwrap_or(now)
}
