//! The target: the flexible server's own GET. Not here: its parameters, replicas, databases (their own modules).

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

/// A location as ARM's paths write it: `Germany West Central` is `germanywestcentral`.
pub fn normal_location(location: &str) -> String {
    location
        .chars()
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}
