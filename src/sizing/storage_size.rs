//! Storage sizes: usable storage, and the storage that a copy needs.
//!
//! - The server becomes read-only below the larger of 5% and 5 GiB of free storage (limits page, 2025-11-13).
//! - With write-ahead log, a copy needs 1.25 times the size of the databases (best practices, 2025-01-24).
//! - Premium SSD sizes are those of the storage page (2026-01-13).

/// Returns how many GiB can be used before the server becomes read-only.
pub fn usable_gib(size_gib: f64) -> f64 {
    size_gib - f64::max(size_gib * 0.05, 5.0)
}

/// Returns the maximum GiB that a copy occupies. Write-ahead log uses the same storage until it is archived.
pub fn with_log_gib(source_gib: f64) -> f64 {
    source_gib * 1.25
}

/// Returns the minimum storage in GiB for the copy and its write-ahead log without becoming read-only.
pub fn min_storage_gib(source_gib: f64) -> f64 {
    let filled = with_log_gib(source_gib);
    f64::max(filled / 0.95, filled + 5.0).ceil()
}

/// From this size on, a Premium SSD has no host caching. Autogrow does not cross this size (storage page).
pub const AUTOGROW_BOUNDARY_GIB: u32 = 4096;

/// Returns the smallest Premium SSD size of at least `gib`, or `None` if none is that large.
/// Sizes double from 32 to 16,384, plus 4,095 and 32,767.
pub fn premium_ssd_size(gib: f64) -> Option<u32> {
    let sizes = (5..12)
        .map(|power| 1u32 << power)
        .chain([4095, 4096, 8192, 16_384, 32_767]);
    sizes.into_iter().find(|s| f64::from(*s) >= gib)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn premium_sizes_are_rounded_up() {
        for (gib, size) in [
            (10.0, 32),
            (129.0, 256),
            (2049.0, 4095),
            (4095.5, 4096),
            (20_000.0, 32_767),
        ] {
            assert_eq!(premium_ssd_size(gib), Some(size), "{gib}");
        }
        assert_eq!(premium_ssd_size(32_768.0), None);
    }

    #[test]
    fn the_minimum_storage_has_space_for_copy_and_log() {
        for source in [0.0, 1.0, 20.0, 76.0, 220.0, 3112.0] {
            let disk = min_storage_gib(source);
            assert!(usable_gib(disk) >= with_log_gib(source), "{source}");
            assert!(usable_gib(disk - 2.0) < with_log_gib(source), "{source}");
        }
    }
}
