//! Storage: what of a disk can be filled, and which disk holds so much.
//! Figures: read-only below the larger of 5 % and 5 GiB free (limits page, 2025-11-13); room for write-ahead log of
//! 1.25 times the databases (best practices, 2025-01-24); Premium SSD sizes (storage page, 2026-01-13).

/// How much of a disk of so many GiB can be filled before the server turns read-only.
pub fn usable_gib(size_gib: f64) -> f64 {
    size_gib - f64::max(size_gib * 0.05, 5.0)
}

/// The room that a copy of so many GiB needs at its largest: write-ahead log lies beside the data until it is archived.
pub fn with_log_gib(source_gib: f64) -> f64 {
    source_gib * 1.25
}

/// The least disk, in GiB, that holds the copy and its write-ahead log without turning read-only.
pub fn least_disk_gib(source_gib: f64) -> f64 {
    let filled = with_log_gib(source_gib);
    f64::max(filled / 0.95, filled + 5.0).ceil()
}

/// From this size on a Premium SSD loses the host's cache, and does not grow by itself across it (storage page).
pub const BOUNDARY_GIB: u32 = 4096;

/// The smallest Premium SSD size that has so many GiB: they double from 32 on, with one just below the boundary, and end
/// at 32,767. `None`: none is that large.
pub fn premium_size(gib: f64) -> Option<u32> {
    let sizes = (5..12)
        .map(|power| 1u32 << power)
        .chain([4095, 4096, 8192, 16_384, 32_767]);
    sizes.into_iter().find(|s| f64::from(*s) >= gib)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disks_double() {
        for (gib, size) in [
            (10.0, 32),
            (129.0, 256),
            (2049.0, 4095),
            (4095.5, 4096),
            (20_000.0, 32_767),
        ] {
            assert_eq!(premium_size(gib), Some(size), "{gib}");
        }
        assert_eq!(premium_size(32_768.0), None);
    }

    #[test]
    fn the_least_disk_can_be_filled_with_copy_and_log() {
        for source in [0.0, 1.0, 20.0, 76.0, 220.0, 3112.0] {
            let disk = least_disk_gib(source);
            assert!(usable_gib(disk) >= with_log_gib(source), "{source}");
            assert!(usable_gib(disk - 2.0) < with_log_gib(source), "{source}");
        }
    }
}
