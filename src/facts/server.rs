//! The target: the flexible server's own GET. Not here: its parameters, replicas, databases (their own modules).

mod auth;
pub mod encryption;

use azure_mgmt_postgresql::package_flexibleserver_2024_08_01::models;
use serde::Serialize;

use super::shape::Shape;
use super::version::Version;
use super::{Fact, Missing};
use crate::plan::{ServerId, Target};
use crate::question::{Answer, Answers, Question, RefusalKind};

pub use auth::Auth;
pub use encryption::Encryption;

/// The flexible server, field by field. Every enum of Azure's is kept as the text that came.
#[derive(Debug, Clone)]
pub struct Server {
    pub id: ServerId,
    /// The api-version that the plan asks with.
    pub api_version: String,
    /// As Azure writes it here, `Germany West Central`; see [`normal_location`].
    pub location: Fact<String>,
    pub version: Fact<Version>,
    pub sku: Fact<Sku>,
    pub state: Fact<String>,
    pub high_availability: Fact<HighAvailability>,
    pub replication: Fact<Replication>,
    pub storage: Fact<Storage>,
    pub network: Fact<Network>,
    pub administrator_login: Fact<Option<String>>,
    pub auth: Fact<Auth>,
    pub encryption: Fact<Encryption>,
    /// Whether it is an elastic cluster.
    pub is_cluster: Fact<bool>,
    /// `1` to `3`; `None` where the location has no zones.
    pub zone: Fact<Option<String>>,
    /// The api-version that answered, which is older than the one asked for where Azure does not have that.
    pub answered_version: String,
}

impl Server {
    /// Whether it shares its cores. A tier that is not known here may do so too.
    pub fn is_burstable(&self) -> Fact<bool> {
        let tier = &self.sku.as_ref().map_err(Clone::clone)?.tier;
        match tier.to_ascii_lowercase().as_str() {
            "burstable" => Ok(true),
            "generalpurpose" | "memoryoptimized" => Ok(false),
            _ => {
                let target = Question::Arm {
                    path: self.id.path(),
                    api_version: self.api_version.clone(),
                    filter: None,
                };
                let why = format!("`sku.tier` is `{tier}`, not a tier that is known here");
                Err(Missing::unreadable(&target, why))
            }
        }
    }
}

/// `sku`: `Standard_D4ds_v5` of tier `GeneralPurpose`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sku {
    pub name: String,
    pub tier: String,
}

/// `properties.highAvailability`, as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HighAvailability {
    pub mode: Option<String>,
    pub state: Option<String>,
    /// The zone of the standby, where there is one.
    pub standby_zone: Option<String>,
}

/// What the server says of its own place in replication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replication {
    /// `replicationRole`, else `replica.role`.
    pub role: String,
    pub source_server: Option<String>,
}

/// `properties.storage`. Sizes in GiB.
#[derive(Debug, Clone)]
pub struct Storage {
    pub size_gib: Fact<u32>,
    /// `None`: this api-version or this kind of disk does not say.
    pub auto_grow: Fact<Option<String>>,
    /// `Premium_LRS`, `PremiumV2_LRS`, `UltraSSD_LRS`; empty or absent means the first.
    pub kind: Fact<Option<String>>,
    /// What the disk is provisioned for; `None` where the server does not say.
    pub iops: Fact<Option<u32>>,
}

impl Storage {
    /// Whether it is a Premium SSD, which grows by itself and is cached by its host: v2 and Ultra are neither.
    pub fn is_premium_ssd(&self) -> Fact<bool> {
        let kind = self.kind.as_ref().map_err(Clone::clone)?.as_deref();
        Ok(!kind.is_some_and(|k| k.starts_with("PremiumV2") || k.starts_with("Ultra")))
    }
}

/// How the server is reached, and so how it reaches others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Network {
    /// In a delegated subnet of a virtual network.
    Integrated,
    /// By its public address.
    Public,
    /// By private endpoints alone.
    EndpointOnly,
}

const OBJECTS: &[&str] = &[
    "properties",
    "sku",
    "properties.highAvailability",
    "properties.network",
    "properties.storage",
    "properties.replica",
    "properties.authConfig",
    "properties.backup",
    "properties.dataEncryption",
    "properties.maintenanceWindow",
];

/// GET of the server.
pub fn question(target: &Target) -> Question {
    Question::Arm {
        path: target.id.path(),
        api_version: target.api_version.clone(),
        filter: None,
    }
}

/// The server, or why it is not known; a 404 is told apart.
pub fn read(target: &Target, answers: &Answers) -> Fact<Server> {
    let question = question(target);
    if let Some(Answer::Refused(refusal)) = answers.get(&question)
        && refusal.kind == RefusalKind::NotFound
    {
        return Err(Missing::absent_target(&question, refusal));
    }
    let shape = Shape::<models::Server>::read(answers, &question, OBJECTS)?;
    if !shape.has("properties", "")? {
        return Err(shape.absent("properties"));
    }
    Ok(Server {
        id: target.id.clone(),
        api_version: target.api_version.clone(),
        location: shape.required("location"),
        version: version(&shape),
        sku: sku(&shape),
        state: shape.required("properties.state"),
        high_availability: high_availability(&shape),
        replication: replication(&shape),
        storage: storage(&shape),
        network: network(&shape),
        administrator_login: shape.field("properties.administratorLogin", ""),
        auth: auth::read(&shape),
        encryption: encryption::read(&shape),
        is_cluster: shape.has("properties.cluster", "2024-11-01-preview"),
        zone: shape.field("properties.availabilityZone", ""),
        answered_version: shape.api_version().to_owned(),
    })
}

type Body<'a> = Shape<'a, models::Server>;

fn version(shape: &Body) -> Fact<Version> {
    let text = shape.required("properties.version")?;
    let minor = shape
        .field("properties.minorVersion", "")?
        .and_then(|m| m.parse::<u32>().ok())
        .unwrap_or(0);
    let major = text.parse::<u32>().ok();
    let num = major.and_then(|major| major.checked_mul(10_000)?.checked_add(minor));
    num.map(Version::from_num)
        .ok_or_else(|| shape.absent("properties.version (a number)"))
}

fn sku(shape: &Body) -> Fact<Sku> {
    Ok(Sku {
        name: shape.required("sku.name")?,
        tier: shape.required("sku.tier")?,
    })
}

fn high_availability(shape: &Body) -> Fact<HighAvailability> {
    let path = "properties.highAvailability";
    if !shape.has(path, "")? {
        return Err(shape.absent(path));
    }
    let mode = shape.field("properties.highAvailability.mode", "")?;
    let state = shape.field("properties.highAvailability.state", "")?;
    if mode.is_none() && state.is_none() {
        return Err(shape.absent("properties.highAvailability.mode"));
    }
    let zone = "properties.highAvailability.standbyAvailabilityZone";
    Ok(HighAvailability {
        mode,
        state,
        standby_zone: shape.field(zone, "")?,
    })
}

fn replication(shape: &Body) -> Fact<Replication> {
    let role = match shape.field("properties.replicationRole", "2022-12-01")? {
        Some(role) => role,
        None => shape.required("properties.replica.role")?,
    };
    let source_server = shape.field("properties.sourceServerResourceId", "")?;
    Ok(Replication {
        role,
        source_server,
    })
}

fn storage(shape: &Body) -> Fact<Storage> {
    let path = "properties.storage";
    if !shape.has(path, "")? {
        return Err(shape.absent(path));
    }
    let size = shape.get("properties.storage.storageSizeGB", |s| {
        s.properties
            .as_ref()
            .and_then(|p| p.storage.as_ref())
            .and_then(|s| s.storage_size_gb)
    });
    let size_gib = size.and_then(|size| {
        size.and_then(|s| u32::try_from(s).ok())
            .ok_or_else(|| shape.absent("properties.storage.storageSizeGB"))
    });
    let auto_grow = shape.field("properties.storage.autoGrow", "2023-03-01-preview");
    Ok(Storage {
        size_gib,
        auto_grow,
        kind: shape.field("properties.storage.type", "2023-06-01-preview"),
        iops: shape.number("properties.storage.iops", "2023-03-01-preview"),
    })
}

fn network(shape: &Body) -> Fact<Network> {
    let path = "properties.network";
    if !shape.has(path, "")? {
        return Err(shape.absent(path));
    }
    if shape
        .field("properties.network.delegatedSubnetResourceId", "")?
        .is_some()
    {
        return Ok(Network::Integrated);
    }
    let access = shape.required("properties.network.publicNetworkAccess")?;
    match access.to_ascii_lowercase().as_str() {
        "enabled" => Ok(Network::Public),
        "disabled" => Ok(Network::EndpointOnly),
        _ => Err(shape.absent("properties.network.publicNetworkAccess (Enabled or Disabled)")),
    }
}

/// A location as ARM's paths write it: `Germany West Central` is `germanywestcentral`.
pub fn normal_location(location: &str) -> String {
    location
        .chars()
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}
