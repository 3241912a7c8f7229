//! Parses both response formats of the capabilities call. Since 2023-03-01-preview there is one element with
//! `supportedServerEditions`. Older versions return one element per zone with `supportedFlexibleServerEditions`. They
//! list SKUs per version (`supportedVcores`) and use `MB` in names instead of `Mb`.

use serde_json::Value;

use super::{PerformanceTier, SkuOffer, StorageOffer};
use crate::facts::arm_reader::list_items;
use crate::facts::{Fact, Missing};
use crate::question::{Answers, Question};

/// All offers that have the required numbers. An offer without them cannot be recommended.
pub(crate) fn read_offers(
    answers: &Answers,
    question: &Question,
) -> Fact<(Vec<SkuOffer>, Vec<StorageOffer>)> {
    let (mut skus, mut disks) = (Vec::new(), Vec::new());
    for item in list_items(answers, question)? {
        let editions = first_of(
            item,
            &["supportedServerEditions", "supportedFlexibleServerEditions"],
        );
        let Some(editions) = editions.and_then(Value::as_array) else {
            let why = "`supportedServerEditions` is not a list";
            return Err(Missing::unreadable(question, why));
        };
        for edition in editions {
            let tier = text(edition, "name").unwrap_or_default();
            let current = list(edition, "supportedServerSkus");
            let older = list(edition, "supportedServerVersions")
                .flat_map(|version| list(version, "supportedVcores"));
            skus.extend(current.chain(older).filter_map(|s| sku_offer(tier, s)));
            for storage in list(edition, "supportedStorageEditions") {
                let kind = text(storage, "name").unwrap_or_default();
                let sizes = list(storage, "supportedStorageMb");
                let older = list(storage, "supportedStorageMB");
                disks.extend(
                    sizes
                        .chain(older)
                        .filter_map(|d| storage_offer(tier, kind, d)),
                );
            }
        }
    }
    Ok((skus, disks))
}

fn sku_offer(tier: &str, sku: &Value) -> Option<SkuOffer> {
    let vcores = number(sku, &["vCores"])?;
    let per_vcore = number(
        sku,
        &["supportedMemoryPerVcoreMb", "supportedMemoryPerVcoreMB"],
    )?;
    let zones = list(sku, "supportedZones").filter_map(Value::as_str);
    Some(SkuOffer {
        name: text(sku, "name")?.to_owned(),
        tier: tier.to_owned(),
        vcores,
        memory_gib: f64::from(per_vcore) * f64::from(vcores) / 1024.0,
        iops: number(sku, &["supportedIops"]),
        zones: zones.map(str::to_owned).collect(),
        restriction: restriction(sku),
    })
}

/// If the offer is available, `status` is absent, `Available`, `Default` or `Visible`. A `reason` without `status`
/// means the same as `Disabled`.
fn restriction(offer: &Value) -> Option<String> {
    let reason = text(offer, "reason").filter(|r| !r.is_empty());
    match text(offer, "status") {
        Some("Available" | "Default" | "Visible") => None,
        Some(status) => Some(reason.unwrap_or(status).to_owned()),
        None => reason.map(str::to_owned),
    }
}

fn storage_offer(tier: &str, kind: &str, disk: &Value) -> Option<StorageOffer> {
    let gib = |names: &[&str]| number(disk, names).map(|mb| mb / 1024);
    if restriction(disk).is_some() {
        return None;
    }
    Some(StorageOffer {
        tier: tier.to_owned(),
        kind: kind.to_owned(),
        size_gib: gib(&["storageSizeMb", "storageSizeMB"])?,
        max_gib: gib(&["maximumStorageSizeMb"]),
        iops: number(disk, &["supportedIops"])?,
        performance_tiers: performance_tiers(disk),
    })
}

fn performance_tiers(disk: &Value) -> Vec<PerformanceTier> {
    let free = list(disk, "supportedIopsTiers").filter(|t| restriction(t).is_none());
    let tier = |tier| {
        Some(PerformanceTier {
            name: text(tier, "name")?.to_owned(),
            iops: number(tier, &["iops"])?,
        })
    };
    let mut tiers: Vec<PerformanceTier> = free.filter_map(tier).collect();
    tiers.sort_by_key(|t| t.iops);
    tiers
}

fn first_of<'v>(value: &'v Value, names: &[&str]) -> Option<&'v Value> {
    names.iter().find_map(|name| value.get(name))
}

fn list<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    let list = value.get(name).and_then(Value::as_array);
    list.into_iter().flatten()
}

fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value.get(name).and_then(Value::as_str)
}

fn number(value: &Value, names: &[&str]) -> Option<u32> {
    let number = first_of(value, names)?.as_u64()?;
    u32::try_from(number).ok()
}
