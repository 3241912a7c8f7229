//! Recommends the smallest SKU and storage that meet the requirements.

use super::requirements::Requirements;
use super::storage_size;
use crate::facts::target::capabilities::{Capabilities, SkuOffer};

/// A recommended SKU with storage.
#[derive(Debug, Clone, PartialEq)]
pub struct SkuRecommendation {
    pub sku: SkuOffer,
    /// Storage size in GiB. `None` if the size of the data is unknown.
    pub storage_gib: Option<u32>,
    /// IOPS of the storage. `None` if unknown.
    pub storage_iops: Option<u32>,
    /// Smaller SKUs with their shortfalls.
    pub rejected: Vec<(String, Vec<String>)>,
}

/// Share of the required memory that is sufficient. A machine sold with 32 GiB can report 31.3 GiB.
pub const SUFFICIENT_MEMORY_SHARE: f64 = 0.9;
/// Connections that a flexible server reserves (limits page, 2025-11-13).
pub const RESERVED_CONNECTIONS: u32 = 15;

/// Returns the smallest SKU that meets the requirements, or `None` if the location has none.
pub fn smallest_sku(
    offered: &Capabilities,
    requirements: &Requirements,
) -> Option<SkuRecommendation> {
    let mut offers: Vec<&SkuOffer> = offered.skus.iter().collect();
    offers.sort_by_cached_key(|o| sort_key(o, requirements.preferred_sku.as_deref()));
    let mut rejected = Vec::new();
    for offer in offers {
        let lacks = shortfalls(offer, requirements);
        if lacks.is_empty() {
            let (disk_gib, disk_iops) = smallest_storage(offered, offer, requirements);
            return Some(SkuRecommendation {
                sku: offer.clone(),
                storage_gib: disk_gib,
                storage_iops: disk_iops,
                rejected,
            });
        }
        rejected.push((offer.name.clone(), lacks));
    }
    None
}

/// Returns a SKU with twice the vCores for the duration of the copy, which then copies more tables in parallel.
pub fn with_headroom(
    offered: &Capabilities,
    requirements: &Requirements,
    chosen: &SkuRecommendation,
) -> Option<SkuRecommendation> {
    let more = Requirements {
        vcores: Some(chosen.sku.vcores * 2),
        memory_gib: Some(chosen.sku.memory_gib),
        preferred_sku: Some(chosen.sku.name.clone()),
        ..requirements.clone()
    };
    smallest_sku(offered, &more)
}

/// Describes the requirements that a SKU does not meet.
fn shortfalls(offer: &SkuOffer, requirements: &Requirements) -> Vec<String> {
    let mut lacks = Vec::new();
    if let Some(why) = &offer.restriction {
        lacks.push(format!("not to be had here: {why}"));
    }
    if offer.tier.eq_ignore_ascii_case("Burstable") {
        lacks.push("Burstable, which is not for production".to_owned());
    }
    if let Some(vcores) = requirements.vcores.filter(|v| offer.vcores < *v) {
        lacks.push(format!("{} vCores, {vcores} are needed", offer.vcores));
    }
    if let Some(memory) = requirements
        .memory_gib
        .filter(|m| offer.memory_gib < m * SUFFICIENT_MEMORY_SHARE)
    {
        lacks.push(format!(
            "{} GiB of memory, {memory:.0} are needed",
            offer.memory_gib
        ));
    }
    let most = max_connections(offer.memory_gib).saturating_sub(RESERVED_CONNECTIONS);
    if let Some(connections) = requirements.connections.filter(|c| most < *c) {
        lacks.push(format!("{most} connections, {connections} are in use"));
    }
    if let (Some(iops), Some(has)) = (requirements.iops, offer.iops)
        && f64::from(has) < iops
    {
        lacks.push(format!("{has} IOPS, {iops:.0} are needed"));
    }
    if let Some(zone) = &requirements.zone
        && !offer.zones.is_empty()
        && !offer.zones.contains(zone)
    {
        lacks.push(format!("not in zone {zone}"));
    }
    lacks
}

/// Returns size and IOPS of the smallest Premium SSD that is sufficient for the copy and the IOPS.
fn smallest_storage(
    offered: &Capabilities,
    sku: &SkuOffer,
    requirements: &Requirements,
) -> (Option<u32>, Option<u32>) {
    let Some(data_gib) = requirements.data_gib else {
        return (None, None);
    };
    let least = storage_size::min_storage_gib(data_gib);
    let fits = |size: u32, iops: u32| {
        f64::from(size) >= least && requirements.iops.is_none_or(|n| f64::from(iops) >= n)
    };
    let listed = offered
        .premium_ssd_sizes(&sku.tier)
        .find(|d| fits(d.size_gib, d.iops));
    match listed {
        Some(disk) => (Some(disk.size_gib), Some(disk.iops)),
        // No listed disk is sufficient in both, or the location lists none: only the size counts.
        None => (storage_size::premium_ssd_size(least), None),
    }
}

/// Returns the default `max_connections` of a server with this memory (limits page, 2025-11-13).
/// It is 429 with 4 GiB, 859 with 8 GiB, and at most 5,000.
pub fn max_connections(memory_gib: f64) -> u32 {
    let default = if memory_gib <= 2.0 {
        memory_gib * 25.0
    } else {
        memory_gib * 1024.0 * 0.104_916_469_703_480_9
    };
    default.clamp(25.0, 5000.0).floor() as u32
}

/// Sort key of SKUs: vCores, memory, preferred family first, newer first.
fn sort_key(
    offer: &SkuOffer,
    preferred_sku: Option<&str>,
) -> (u32, u64, bool, std::cmp::Reverse<String>) {
    let other_family =
        preferred_sku.is_some_and(|like| sku_family(&offer.name) != sku_family(like));
    let mib = (offer.memory_gib * 1024.0) as u64;
    (
        offer.vcores,
        mib,
        other_family,
        std::cmp::Reverse(offer.name.clone()),
    )
}

/// Returns the SKU name without its first number: `Standard_D4ds_v5` and `Standard_D8ds_v5` are one family.
fn sku_family(name: &str) -> String {
    let is_digit = |c: char| c.is_ascii_digit();
    let start = name.find(is_digit).unwrap_or(name.len());
    let rest = name[start..].trim_start_matches(is_digit);
    format!("{}{rest}", &name[..start])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn max_connections_depends_on_memory() {
        for (gib, most) in [
            (2.0, 50),
            (4.0, 429),
            (8.0, 859),
            (16.0, 1718),
            (32.0, 3437),
            (48.0, 5000),
        ] {
            assert_eq!(max_connections(gib), most, "{gib} GiB");
        }
    }

    #[test]
    fn the_family_is_the_name_without_its_first_number() {
        assert_eq!(
            sku_family("Standard_D4ds_v5"),
            sku_family("Standard_D16ds_v5")
        );
        assert_ne!(
            sku_family("Standard_D4ds_v5"),
            sku_family("Standard_D4ads_v5")
        );
    }
}
