//! What a location offers a subscription: SKUs and disks. Location-wide, asked once a run.
//! Here: the offers and where they are asked. How ARM writes them, old and new, stands in `shapes`.

mod shapes;

use super::server::{Server, normal_location};
use super::{Fact, Missing};
use crate::plan::{Location, Migration};
use crate::question::{Answers, Question};

/// One size of server.
#[derive(Debug, Clone, PartialEq)]
pub struct SkuOffer {
    pub name: String,
    /// `Burstable`, `GeneralPurpose`, `MemoryOptimized`.
    pub tier: String,
    pub vcores: u32,
    pub memory_gib: f64,
    /// What the machine can do, whatever its disk can.
    pub iops: Option<u32>,
    /// The availability zones that have it; empty where the location has none, or does not say.
    pub zones: Vec<String>,
    /// Why it is not to be had, where ARM says so.
    pub restricted: Option<String>,
}

/// One size of disk of one tier of servers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiskOffer {
    /// `Burstable`, `GeneralPurpose`, `MemoryOptimized`.
    pub tier: String,
    /// `ManagedDisk` (Premium SSD), `ManagedDiskV2`, `UltraDisk`.
    pub kind: String,
    pub size_gib: u32,
    /// The largest size, where any size between the two is to be had.
    pub largest_gib: Option<u32>,
    pub iops: u32,
    /// The performance tiers that a disk of this size can have, by what they do.
    pub tiers: Vec<DiskTier>,
}

/// A performance tier of a Premium SSD: `P30`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiskTier {
    pub name: String,
    pub iops: u32,
}

/// The offers of a location.
#[derive(Debug, Clone)]
pub struct Capabilities {
    question: Question,
    /// By vCores, then name.
    pub skus: Vec<SkuOffer>,
    /// By size.
    pub disks: Vec<DiskOffer>,
}

impl Capabilities {
    /// The offer with this SKU name; missing when the location does not list it.
    pub fn sku(&self, name: &str) -> Fact<&SkuOffer> {
        let offer = self.skus.iter().find(|s| s.name.eq_ignore_ascii_case(name));
        offer.ok_or_else(|| {
            let why = format!("the location lists no SKU `{name}`");
            Missing::unreadable(&self.question, why)
        })
    }

    /// The Premium SSD sizes that servers of a tier can have.
    pub fn premium_disks<'c>(&'c self, tier: &str) -> impl Iterator<Item = &'c DiskOffer> {
        let of_tier = move |d: &&DiskOffer| d.tier.eq_ignore_ascii_case(tier);
        let disks: Vec<_> = self.disks.iter().filter(of_tier).collect();
        disks.into_iter().filter(|d| d.kind == "ManagedDisk")
    }
}

/// Where the offers are asked: the location that the user names, else the target's.
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

/// GET of the capabilities of the location.
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

/// The offers. A region that is closed to the subscription answers with an empty list: that is no knowledge of offers.
pub fn read(migration: &Migration, server: &Fact<Server>, answers: &Answers) -> Fact<Capabilities> {
    let question = question(migration, server)?;
    let (mut skus, mut disks) = shapes::offers(answers, &question)?;
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
