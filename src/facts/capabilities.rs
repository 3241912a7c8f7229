//! SKUs and storage sizes that a region offers to a subscription. Read once per run for each region.

mod shapes;

use super::server::{Server, normal_location};
use super::{Fact, Missing};
use crate::plan::{Location, Migration};
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
    pub restricted: Option<String>,
}

/// One storage size for servers of one tier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiskOffer {
    /// `Burstable`, `GeneralPurpose`, `MemoryOptimized`.
    pub tier: String,
    /// `ManagedDisk` (Premium SSD), `ManagedDiskV2`, `UltraDisk`.
    pub kind: String,
    pub size_gib: u32,
    /// Largest size in GiB, if every size between `size_gib` and this one is available.
    pub largest_gib: Option<u32>,
    pub iops: u32,
    /// Available performance tiers for this size, in ascending order of IOPS.
    pub tiers: Vec<DiskTier>,
}

/// A performance tier of Premium SSD storage, for example `P30`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiskTier {
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
    pub disks: Vec<DiskOffer>,
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
    pub fn premium_disks<'c>(&'c self, tier: &str) -> impl Iterator<Item = &'c DiskOffer> {
        let of_tier = move |d: &&DiskOffer| d.tier.eq_ignore_ascii_case(tier);
        let disks: Vec<_> = self.disks.iter().filter(of_tier).collect();
        disks.into_iter().filter(|d| d.kind == "ManagedDisk")
    }
}

/// The region to query: the one the user specifies, otherwise the target's.
fn place(migration: &Migration, server: &Fact<Server>) -> Fact<Location> {
    if let Some(location) = &migration.location {
        return Ok(location.clone());
    }
    let server = server.as_ref().map_err(Clone::clone)?;
    Ok(Location {
        subscription: server.id.subscription.clone(),
        name: server.location.clone()?,
        api_version: server.api_version.clone(),
    })
}

/// GET of the region's capabilities.
pub fn question(migration: &Migration, server: &Fact<Server>) -> Fact<Question> {
    let place = place(migration, server)?;
    let path = format!(
        "/subscriptions/{}/providers/Microsoft.DBforPostgreSQL/locations/{}/capabilities",
        place.subscription,
        normal_location(&place.name)
    );
    Ok(Question::Arm {
        path,
        api_version: place.api_version,
        filter: None,
    })
}

/// Adds advice if ARM does not know the region that the user specified. The name could be misspelled.
fn no_location(
    missing: Missing,
    migration: &Migration,
    answers: &Answers,
    question: &Question,
) -> Missing {
    let status = match answers.get(question) {
        Some(Answer::Refused(refusal)) => refusal.status.as_deref(),
        _ => None,
    };
    match &migration.location {
        Some(place) if matches!(status, Some("400" | "404")) => missing.with_remedy(format!(
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
    let offers = shapes::offers(answers, &question);
    let (mut skus, mut disks) =
        offers.map_err(|m| no_location(m, migration, answers, &question))?;
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
        disks,
    })
}
