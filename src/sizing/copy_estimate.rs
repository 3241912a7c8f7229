//! Estimates the duration of the copy from the documented times in `reference::copy_time`.

use super::GIB;
use crate::reference::copy_time::copy_minutes;

/// vCores of the server on which the documented times were measured.
pub const MEASURED_VCORES: u32 = 4;
/// Lowest and highest documented rate in minutes per GB, from 10 GB on.
const MINUTES_PER_GB: (f64, f64) = (0.42, 0.8);

/// An estimated duration with its range, in hours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CopyEstimate {
    pub hours: f64,
    pub low_hours: f64,
    pub high_hours: f64,
}

/// Estimates the duration of a copy.
/// A server with fewer vCores than the measured one takes proportionally longer. One with more vCores copies more
/// tables in parallel and can be faster, which only lowers `low`.
pub fn estimate_copy(gib: f64, target_vcores: Option<u32>) -> CopyEstimate {
    let share =
        f64::from(MEASURED_VCORES) / f64::from(target_vcores.unwrap_or(MEASURED_VCORES).max(1));
    let slower = f64::max(share, 1.0);
    let quicker = f64::min(share, 1.0);
    let bytes = gib * GIB;
    let gb = bytes / 1e9;
    let hours = copy_minutes(bytes as u64) * slower / 60.0;
    CopyEstimate {
        hours,
        low_hours: f64::min(gb * MINUTES_PER_GB.0 * quicker / 60.0, hours),
        high_hours: f64::max(gb * MINUTES_PER_GB.1 * slower / 60.0, hours),
    }
}

impl CopyEstimate {
    /// Formats the estimate, such as `about 35 min (21 min to 40 min)`.
    pub fn format(&self) -> String {
        if self.high_hours < 1.0 / 60.0 {
            return format_hours(self.high_hours);
        }
        format!(
            "about {} ({} to {})",
            format_hours(self.hours),
            format_hours(self.low_hours),
            format_hours(self.high_hours)
        )
    }
}

/// Formats a duration: `under a minute`, `35 min`, `4.5 h`, `3.2 days`.
fn format_hours(hours: f64) -> String {
    match hours {
        h if h < 1.0 / 60.0 => "under a minute".to_owned(),
        h if h < 2.0 => format!("{:.0} min", h * 60.0),
        h if h < 72.0 => format!("{h:.1} h"),
        h => format!("{:.1} days", h / 24.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::copy_time::COPY_TIMES;

    fn estimate_for_gb(gb: f64, vcores: Option<u32>) -> CopyEstimate {
        estimate_copy(gb * 1e9 / GIB, vcores)
    }

    #[test]
    fn documented_sizes_have_the_documented_duration() {
        for (gb, minutes) in COPY_TIMES {
            let estimate = estimate_for_gb(*gb, Some(4));
            assert!((estimate.hours * 60.0 - minutes).abs() < 1e-6, "{gb}");
            assert!(estimate.low_hours <= estimate.hours && estimate.hours <= estimate.high_hours);
        }
    }

    #[test]
    fn fewer_vcores_take_longer_and_more_vcores_widen_the_range() {
        assert!((estimate_for_gb(1000.0, Some(2)).hours - 14.0).abs() < 1e-6);
        assert!((estimate_for_gb(1000.0, Some(16)).hours - 7.0).abs() < 1e-6);
        assert!(
            estimate_for_gb(1000.0, Some(16)).low_hours
                < estimate_for_gb(1000.0, Some(4)).low_hours
        );
    }

    #[test]
    fn estimates_are_formatted() {
        let words = "about 35 min (21 min to 40 min)";
        assert_eq!(estimate_for_gb(50.0, Some(4)).format(), words);
        assert_eq!(estimate_copy(0.01, None).format(), "under a minute");
    }
}
