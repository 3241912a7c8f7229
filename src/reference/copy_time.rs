//! Documented copy times for a Standard_D4ds_v4 target with 128 GB of storage.

/// Size in GB and time in minutes, as of 2025-01-24. Source:
/// <https://learn.microsoft.com/azure/postgresql/migrate/migration-service/best-practices-migration-service-postgresql>.
pub const COPY_TIMES: &[(f64, f64)] = &[
    (0.0, 0.0),
    (1.0, 1.0),
    (5.0, 3.0),
    (10.0, 8.0),
    (50.0, 35.0),
    (100.0, 60.0),
    (500.0, 240.0),
    (1000.0, 420.0),
];

/// Returns the minutes to copy this many bytes, by linear interpolation and extrapolation.
pub fn copy_minutes(bytes: u64) -> f64 {
    let size = bytes as f64 / 1e9;
    let last = COPY_TIMES.len() - 2;
    let after = COPY_TIMES.iter().position(|(gb, _)| size <= *gb);
    let at = after.map_or(last, |i| i.saturating_sub(1)).min(last);
    let ((gb, from), (more_gb, to)) = (COPY_TIMES[at], COPY_TIMES[at + 1]);
    from + (size - gb) * (to - from) / (more_gb - gb)
}

#[cfg(test)]
mod tests {
    use super::copy_minutes;

    #[test]
    fn times_are_interpolated_and_extrapolated() {
        assert_eq!(copy_minutes(0), 0.0);
        assert_eq!(copy_minutes(1_000_000_000), 1.0);
        assert_eq!(copy_minutes(30_000_000_000).round(), 22.0);
        assert_eq!(copy_minutes(1_000_000_000_000), 420.0);
        assert_eq!(copy_minutes(2_000_000_000_000), 780.0);
    }
}
