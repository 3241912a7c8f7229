//! SKUs and storage sizes that a region offers to a subscription. Read once per run for each region.

mod wire_format;

use super::server::{Server, normalize_location};
use crate::config::{AzureLocation, Migration};
use crate::facts::{Fact, Missing};
use crate::question::{Answer, Answers, Question};

/// One compute size.
#[derive(Debug, Clone, PartialEq)]
pub struct SkuOffer {
    pub name: String,
    /// `Burstable`, `GeneralPurpose`, `MemoryOptimized`.
    pub tier: String,
    pub vcores: u32,
    pub memory_gib: f64,
    /// IOPS limit of the compute size, regardless of its storage.
    pub iops: Option<u32>,
    /// Availability zones that offer it. Empty if the region has no zones or does not list them.
    pub zones: Vec<String>,
    /// Why the SKU is not available, if ARM returns a reason.
    pub restriction: Option<String>,
}

/// One storage size for servers of one tier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageOffer {
    /// `Burstable`, `GeneralPurpose`, `MemoryOptimized`.
    pub tier: String,
    /// `ManagedDisk` (Premium SSD), `ManagedDiskV2`, `UltraDisk`.
    pub kind: String,
    pub size_gib: u32,
    /// Largest size in GiB, if every size between `size_gib` and this one is available.
    pub max_gib: Option<u32>,
    pub iops: u32,
    /// Available performance tiers for this size, in ascending order of IOPS.
    pub performance_tiers: Vec<PerformanceTier>,
}

/// A performance tier of Premium SSD storage, for example `P30`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PerformanceTier {
    pub name: String,
    pub iops: u32,
}

/// Offers of a region.
#[derive(Debug, Clone)]
pub struct Capabilities {
    question: Question,
    /// Sorted by vCores, then by name.
    pub skus: Vec<SkuOffer>,
    /// Sorted by size.
    pub storage_sizes: Vec<StorageOffer>,
}

impl Capabilities {
    /// The offer with this SKU name. Missing if the region does not list it.
    pub fn sku(&self, name: &str) -> Fact<&SkuOffer> {
        let offer = self.skus.iter().find(|s| s.name.eq_ignore_ascii_case(name));
        offer.ok_or_else(|| {
            let why = format!("the location lists no SKU `{name}`");
            Missing::unreadable(&self.question, why)
        })
    }

    /// Premium SSD sizes available to servers of this tier.
    pub fn premium_ssd_sizes<'c>(&'c self, tier: &str) -> impl Iterator<Item = &'c StorageOffer> {
        let of_tier = move |d: &&StorageOffer| d.tier.eq_ignore_ascii_case(tier);
        let disks: Vec<_> = self.storage_sizes.iter().filter(of_tier).collect();
        disks.into_iter().filter(|d| d.kind == "ManagedDisk")
    }
}

/// The region to query: the one the user specifies, otherwise the target's.
fn offer_location(migration: &Migration, server: &Fact<Server>) -> Fact<AzureLocation> {
    if let Some(location) = &migration.location {
        return Ok(location.clone());
    }
    let server = server.as_ref()?;
    Ok(AzureLocation {
        subscription: server.id.subscription.clone(),
        name: server.location.clone()?,
        api_version: server.api_version.clone(),
    })
}

/// GET of the region's capabilities.
pub fn question(migration: &Migration, server: &Fact<Server>) -> Fact<Question> {
    let location = offer_location(migration, server)?;
    let path = format!(
        "/subscriptions/{}/providers/Microsoft.DBforPostgreSQL/locations/{}/capabilities",
        location.subscription,
        normalize_location(&location.name)
    );
    Ok(Question::Arm {
        path,
        api_version: location.api_version,
        filter: None,
    })
}

/// Adds advice if ARM does not know the region that the user specified. The name could be misspelled.
fn with_location_advice(
    missing: Missing,
    migration: &Migration,
    answers: &Answers,
    question: &Question,
) -> Missing {
    let status = match answers.get(question) {
        Some(Answer::Failed(refusal)) => refusal.status.as_deref(),
        _ => None,
    };
    match &migration.location {
        Some(place) if matches!(status, Some("400" | "404")) => missing.with_advice(format!(
            "say with `--location` one that `az account list-locations --query \"[].name\"` lists, which has the service: \
             there may be no `{}`",
            place.name
        )),
        _ => missing,
    }
}

/// Reads the offers. A region that is restricted for the subscription returns an empty list, so an empty list is
/// unreadable.
pub fn read(migration: &Migration, server: &Fact<Server>, answers: &Answers) -> Fact<Capabilities> {
    let question = question(migration, server)?;
    let offers = wire_format::read_offers(answers, &question);
    let (mut skus, mut disks) =
        offers.map_err(|m| with_location_advice(m, migration, answers, &question))?;
    if skus.is_empty() {
        let why = "the location offers this subscription no SKU (a restricted region answers so)";
        return Err(Missing::unreadable(&question, why));
    }
    skus.sort_by(|a, b| (a.vcores, &a.name).cmp(&(b.vcores, &b.name)));
    skus.dedup_by(|a, b| a.name == b.name && a.tier == b.tier);
    disks.sort_by(|a, b| (a.size_gib, &a.tier, &a.kind).cmp(&(b.size_gib, &b.tier, &b.kind)));
    disks.dedup();
    Ok(Capabilities {
        question,
        skus,
        storage_sizes: disks,
    })
}
