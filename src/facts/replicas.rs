//! Read replicas of the target. Azure's list contains only names and IDs, so each replica is read by its own GET.

use azure_mgmt_postgresql::package_flexibleserver_2024_08_01::models;

use super::shape::{Shape, items};
use super::{Fact, Missing};
use crate::plan::{ServerId, Target};
use crate::question::{Answers, Question};

/// One read replica: its ID from the list, and details from its own GET.
#[derive(Debug, Clone)]
pub struct Replica {
    pub id: ServerId,
    pub details: Fact<Details>,
}

/// Details from a replica's own GET. They are needed to recreate the replica after the migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    pub location: String,
    pub role: Option<String>,
    pub state: Option<String>,
    pub sku: Option<String>,
    pub tier: Option<String>,
    pub zone: Option<String>,
    pub storage_gib: Option<u32>,
    /// The delegated subnet and the private DNS zone, if the replica is in a virtual network.
    pub subnet: Option<String>,
    pub dns_zone: Option<String>,
}

/// GET of the replica list.
pub fn question(target: &Target) -> Question {
    let path = format!("{}/replicas", target.id.path());
    Question::Arm {
        path,
        api_version: target.api_version.clone(),
        filter: None,
    }
}

/// GET of one replica.
pub fn question_of(target: &Target, id: &ServerId) -> Question {
    Question::Arm {
        path: id.path(),
        api_version: target.api_version.clone(),
        filter: None,
    }
}

/// The IDs in the list, in the same order.
pub fn ids(target: &Target, answers: &Answers) -> Fact<Vec<ServerId>> {
    let question = question(target);
    items(answers, &question)?
        .iter()
        .map(|item| {
            let id = item
                .get("id")
                .and_then(|id| id.as_str())
                .and_then(|id| id.parse().ok());
            id.ok_or_else(|| {
                Missing::unreadable(&question, "a replica in the list has no resource id")
            })
        })
        .collect()
}

/// Reads all replicas and their details.
pub fn read(target: &Target, answers: &Answers) -> Fact<Vec<Replica>> {
    let ids = ids(target, answers)?;
    Ok(ids
        .into_iter()
        .map(|id| Replica {
            details: details(target, &id, answers),
            id,
        })
        .collect())
}

fn details(target: &Target, id: &ServerId, answers: &Answers) -> Fact<Details> {
    let shape =
        Shape::<models::Server>::read(answers, &question_of(target, id), &["properties", "sku"])?;
    Ok(Details {
        location: shape.required("location")?,
        role: shape.field("properties.replicationRole", "2022-12-01")?,
        state: shape.field("properties.state", "")?,
        sku: shape.field("sku.name", "")?,
        tier: shape.field("sku.tier", "")?,
        zone: shape.field("properties.availabilityZone", "")?,
        storage_gib: shape.number("properties.storage.storageSizeGB", "")?,
        subnet: shape.field("properties.network.delegatedSubnetResourceId", "")?,
        dns_zone: shape.field("properties.network.privateDnsZoneArmResourceId", "")?,
    })
}
