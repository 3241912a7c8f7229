//! Read replicas of the target. Azure's list contains only names and IDs, so each replica is read by its own GET.

use azure_mgmt_postgresql::package_flexibleserver_2024_08_01::models;

use crate::config::{ServerId, TargetServer};
use crate::facts::arm_reader::{ArmReader, list_items};
use crate::facts::{Fact, Missing};
use crate::question::{Answers, Question};

/// One read replica: its ID from the list, and details from its own GET.
#[derive(Debug, Clone)]
pub struct Replica {
    pub id: ServerId,
    pub details: Fact<ReplicaDetails>,
}

/// Details from a replica's own GET. They are needed to recreate the replica after the migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplicaDetails {
    pub location: String,
    pub role: Option<String>,
    pub state: Option<String>,
    pub sku: Option<String>,
    pub tier: Option<String>,
    pub availability_zone: Option<String>,
    pub storage_gib: Option<u32>,
    /// The delegated subnet and the private DNS zone, if the replica is in a virtual network.
    pub subnet_id: Option<String>,
    pub dns_zone_id: Option<String>,
}

/// GET of the replica list.
pub fn question(target: &TargetServer) -> Question {
    let path = format!("{}/replicas", target.id.path());
    Question::Arm {
        path,
        api_version: target.api_version.clone(),
        filter: None,
    }
}

/// GET of one replica.
pub fn replica_question(target: &TargetServer, id: &ServerId) -> Question {
    Question::Arm {
        path: id.path(),
        api_version: target.api_version.clone(),
        filter: None,
    }
}

/// The IDs in the list, in the same order.
pub fn replica_ids(target: &TargetServer, answers: &Answers) -> Fact<Vec<ServerId>> {
    let question = question(target);
    list_items(answers, &question)?
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
pub fn read(target: &TargetServer, answers: &Answers) -> Fact<Vec<Replica>> {
    let ids = replica_ids(target, answers)?;
    Ok(ids
        .into_iter()
        .map(|id| Replica {
            details: replica_details(target, &id, answers),
            id,
        })
        .collect())
}

fn replica_details(
    target: &TargetServer,
    id: &ServerId,
    answers: &Answers,
) -> Fact<ReplicaDetails> {
    let shape = ArmReader::<models::Server>::read(
        answers,
        &replica_question(target, id),
        &["properties", "sku"],
    )?;
    Ok(ReplicaDetails {
        location: shape.required("location")?,
        role: shape.text("properties.replicationRole", "2022-12-01")?,
        state: shape.text("properties.state", "")?,
        sku: shape.text("sku.name", "")?,
        tier: shape.text("sku.tier", "")?,
        availability_zone: shape.text("properties.availabilityZone", "")?,
        storage_gib: shape.number("properties.storage.storageSizeGB", "")?,
        subnet_id: shape.text("properties.network.delegatedSubnetResourceId", "")?,
        dns_zone_id: shape.text("properties.network.privateDnsZoneArmResourceId", "")?,
    })
}
