//! How long the copy takes: the documented times of a `Standard_D4ds_v4`, interpolated.
//! As of 2025-01-24:
//! <https://learn.microsoft.com/azure/postgresql/migrate/migration-service/best-practices-migration-service-postgresql>

/// GiB and minutes, as documented.
pub const TABLE: &[(f64, f64)] = &[
    (1.0, 1.0),
    (5.0, 3.0),
    (10.0, 8.0),
    (50.0, 35.0),
    (100.0, 60.0),
    (500.0, 240.0),
    (1000.0, 420.0),
];

/// vCores of the server that the documented times were measured on.
pub const MEASURED_VCORES: u32 = 4;
/// The quickest and the slowest minutes a GiB in the table, from 10 GiB on.
const RATES: (f64, f64) = (0.42, 0.8);

/// An estimate, in hours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    pub hours: f64,
    pub low: f64,
    pub high: f64,
}

/// The time that the copy of so many GiB takes. A server with fewer vCores than the measured one takes longer in
/// proportion; with more it may be quicker, as it copies more tables at a time: that widens the range alone.
pub fn copy_time(gib: f64, target_vcores: Option<u32>) -> Estimate {
    let share =
        f64::from(MEASURED_VCORES) / f64::from(target_vcores.unwrap_or(MEASURED_VCORES).max(1));
    let slower = f64::max(share, 1.0);
    let quicker = f64::min(share, 1.0);
    let hours = minutes(gib) * slower / 60.0;
    Estimate {
        hours,
        low: f64::min(gib * RATES.0 * quicker / 60.0, hours),
        high: f64::max(gib * RATES.1 * slower / 60.0, hours),
    }
}

/// Between two rows in proportion, beyond the last at its pace, below the first likewise.
fn minutes(gib: f64) -> f64 {
    let first = TABLE[0];
    if gib <= first.0 {
        return gib * first.1 / first.0;
    }
    let pair = TABLE
        .windows(2)
        .find(|pair| gib <= pair[1].0)
        .unwrap_or(&TABLE[TABLE.len() - 2..]);
    let ((from, start), (to, end)) = (pair[0], pair[1]);
    start + (gib - from) * (end - start) / (to - from)
}

impl Estimate {
    /// For a reader: `about 35 min (21 min to 40 min)`.
    pub fn words(&self) -> String {
        if self.high < 1.0 / 60.0 {
            return time(self.high);
        }
        format!(
            "about {} ({} to {})",
            time(self.hours),
            time(self.low),
            time(self.high)
        )
    }
}

/// `under a minute`, `35 min`, `4.5 h`, `3.2 days`.
fn time(hours: f64) -> String {
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

    #[test]
    fn documented_sizes_take_the_documented_time() {
        for (gib, minutes) in TABLE {
            let estimate = copy_time(*gib, Some(4));
            assert!((estimate.hours * 60.0 - minutes).abs() < 1e-9, "{gib}");
            assert!(estimate.low <= estimate.hours && estimate.hours <= estimate.high);
        }
    }

    #[test]
    fn between_and_beyond_the_rows() {
        assert!((copy_time(30.0, None).hours * 60.0 - 21.5).abs() < 1e-9);
        assert!((copy_time(2000.0, None).hours - 13.0).abs() < 1e-9);
        assert!((copy_time(0.5, None).hours * 60.0 - 0.5).abs() < 1e-9);
        assert_eq!(copy_time(0.0, None).hours, 0.0);
        assert!((copy_time(1000.0, Some(2)).hours - 14.0).abs() < 1e-9);
        assert!((copy_time(1000.0, Some(16)).hours - 7.0).abs() < 1e-9);
        assert!(copy_time(1000.0, Some(16)).low < copy_time(1000.0, Some(4)).low);
    }

    #[test]
    fn times_for_a_reader() {
        assert_eq!(
            copy_time(50.0, Some(4)).words(),
            "about 35 min (21 min to 40 min)"
        );
        assert_eq!(copy_time(0.01, None).words(), "under a minute");
    }
}
