//! The target flexible server, from its own GET.

mod auth;
pub mod encryption;
mod network;
mod storage;

use azure_mgmt_postgresql::package_flexibleserver_2024_08_01::models;

use super::shape::Shape;
use super::version::Version;
use super::{Fact, Missing};
use crate::plan::{ServerId, Target};
use crate::question::{Answer, Answers, Question, RefusalKind};

pub use auth::Auth;
pub use encryption::Encryption;
pub use network::Network;
pub use storage::Storage;

/// The flexible server. Azure enum values are kept as text.
#[derive(Debug, Clone)]
pub struct Server {
    pub id: ServerId,
    /// The API version used for requests.
    pub api_version: String,
    /// As written by Azure, for example `Germany West Central`. See [`normalize_location`].
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
    /// `1` to `3`. `None` if the region does not have zones.
    pub zone: Fact<Option<String>>,
    /// The API version of the answer. It is older than the requested one if Azure does not support that.
    pub answered_version: String,
}

impl Server {
    /// Whether vCores are shared. Missing for an unknown tier, which could share them too.
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

/// `sku`, for example `Standard_D4ds_v5` of tier `GeneralPurpose`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sku {
    pub name: String,
    pub tier: String,
}

/// `properties.highAvailability`, unparsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HighAvailability {
    pub mode: Option<String>,
    pub state: Option<String>,
    /// The zone of the standby, if there is one.
    pub standby_zone: Option<String>,
}

/// Replication role of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replication {
    /// `replicationRole`, otherwise `replica.role`.
    pub role: String,
    pub source_server: Option<String>,
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

/// Reads the server. A 404 returns a [`Missing`] with `is_absent_target`.
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
        storage: storage::read(&shape),
        network: network::read(&shape),
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

/// Normalizes a location as in ARM paths: `Germany West Central` to `germanywestcentral`.
pub fn normal_location(location: &str) -> String {
    location
        .chars()
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}
