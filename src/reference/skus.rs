//! vCores and memory of SKUs by name, for SKUs that no location's capabilities list.
//! As of 2026-01-13: <https://learn.microsoft.com/azure/postgresql/compute-storage/concepts-compute>

/// Burstable SKUs: name without `Standard_`, vCores, memory in GiB.
const BURSTABLE: &[(&str, u32, u32)] = &[
    ("b1ms", 1, 2),
    ("b2s", 2, 4),
    ("b2ms", 2, 8),
    ("b4ms", 4, 16),
    ("b8ms", 8, 32),
    ("b12ms", 12, 48),
    ("b16ms", 16, 64),
    ("b20ms", 20, 80),
];

/// Returns vCores and memory in GiB of a SKU such as `Standard_D4ds_v5`.
/// General Purpose has 4 GiB per vCore. Memory Optimized has 8 GiB per vCore, except for its largest SKUs.
pub fn compute_size(name: &str) -> Option<(u32, f64)> {
    let lower = name.to_ascii_lowercase();
    let short = lower.strip_prefix("standard_").unwrap_or(&lower);
    if let Some((_, vcores, gib)) = BURSTABLE.iter().find(|(n, _, _)| *n == short) {
        return Some((*vcores, f64::from(*gib)));
    }
    let digits: String = short[1.min(short.len())..]
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    let vcores: u32 = digits.parse().ok()?;
    let is_old = short.ends_with("_v3") || short.ends_with("_v4");
    let gib = match (short.chars().next()?, vcores) {
        ('d', v) => v * 4,
        ('e', 64) if is_old => 432,
        ('e', 96) if !short.ends_with("ds_v6") => 672,
        ('e', 192) => 1832,
        ('e', v) => v * 8,
        _ => return None,
    };
    Some((vcores, f64::from(gib)))
}

#[cfg(test)]
mod tests {
    use super::compute_size;

    #[test]
    fn sku_names_determine_vcores_and_memory() {
        assert_eq!(compute_size("Standard_D4ds_v5"), Some((4, 16.0)));
        assert_eq!(compute_size("Standard_B2s"), Some((2, 4.0)));
        assert_eq!(compute_size("Standard_E64ds_v4"), Some((64, 432.0)));
        assert_eq!(compute_size("Standard_E64ds_v5"), Some((64, 512.0)));
        assert_eq!(compute_size("Standard_E96ds_v6"), Some((96, 768.0)));
        assert_eq!(compute_size("GP_Gen5_4"), None);
        assert_eq!(compute_size(""), None);
    }
}
