//! The target flexible server, from its own GET.

use azure_mgmt_postgresql::package_flexibleserver_2024_08_01::models;
use serde::Serialize;

use crate::config::{ServerId, TargetServer};
use crate::facts::arm_reader::ArmReader;
use crate::facts::version::Version;
use crate::facts::{Fact, Missing};
use crate::question::{Answer, Answers, FailureKind, Question};

/// The flexible server. Azure enum values are kept as text.
#[derive(Debug, Clone)]
pub struct Server {
    pub id: ServerId,
    /// The API version used for requests.
    pub api_version: String,
    /// As written by Azure, for example `Germany West Central`. See [`normalize_location`].
    pub location: Fact<String>,
    pub version: Fact<Version>,
    pub sku: Fact<ServerSku>,
    pub state: Fact<String>,
    pub high_availability: Fact<HighAvailability>,
    pub replication: Fact<ServerReplication>,
    pub storage: Fact<ServerStorage>,
    pub network_mode: Fact<NetworkMode>,
    pub administrator_login: Fact<Option<String>>,
    pub authentication: Fact<ServerAuthentication>,
    pub encryption: Fact<DataEncryption>,
    /// Whether it is an elastic cluster.
    pub is_elastic_cluster: Fact<bool>,
    /// `1` to `3`. `None` if the region does not have zones.
    pub availability_zone: Fact<Option<String>>,
    /// The API version of the answer. It is older than the requested one if Azure does not support that.
    pub answered_api_version: String,
}

impl Server {
    /// Whether vCores are shared. Missing for an unknown tier, which could share them too.
    pub fn is_burstable(&self) -> Fact<bool> {
        let tier = &self.sku.as_ref()?.tier;
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
pub struct ServerSku {
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
pub struct ServerReplication {
    /// `replicationRole`, otherwise `replica.role`.
    pub role: String,
    pub source_server: Option<String>,
}

const OBJECT_PATHS: &[&str] = &[
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
pub fn question(target: &TargetServer) -> Question {
    Question::Arm {
        path: target.id.path(),
        api_version: target.api_version.clone(),
        filter: None,
    }
}

/// Reads the server. A 404 returns a [`Missing`] with `is_absent_target`.
pub fn read(target: &TargetServer, answers: &Answers) -> Fact<Server> {
    let question = question(target);
    if let Some(Answer::Failed(refusal)) = answers.get(&question)
        && refusal.kind == FailureKind::NotFound
    {
        return Err(Missing::absent_target(&question, refusal));
    }
    let shape = ArmReader::<models::Server>::read(answers, &question, OBJECT_PATHS)?;
    if !shape.has_object("properties", "")? {
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
        storage: read_storage(&shape),
        network_mode: read_network_mode(&shape),
        administrator_login: shape.text("properties.administratorLogin", ""),
        authentication: read_authentication(&shape),
        encryption: read_data_encryption(&shape),
        is_elastic_cluster: shape.has_object("properties.cluster", "2024-11-01-preview"),
        availability_zone: shape.text("properties.availabilityZone", ""),
        answered_api_version: shape.api_version().to_owned(),
    })
}

type ServerReader<'a> = ArmReader<'a, models::Server>;

fn version(shape: &ServerReader) -> Fact<Version> {
    let text = shape.required("properties.version")?;
    let minor = shape
        .text("properties.minorVersion", "")?
        .and_then(|m| m.parse::<u32>().ok())
        .unwrap_or(0);
    let major = text.parse::<u32>().ok();
    let num = major.and_then(|major| major.checked_mul(10_000)?.checked_add(minor));
    num.map(Version::from_num)
        .ok_or_else(|| shape.absent("properties.version (a number)"))
}

fn sku(shape: &ServerReader) -> Fact<ServerSku> {
    Ok(ServerSku {
        name: shape.required("sku.name")?,
        tier: shape.required("sku.tier")?,
    })
}

fn high_availability(shape: &ServerReader) -> Fact<HighAvailability> {
    let path = "properties.highAvailability";
    if !shape.has_object(path, "")? {
        return Err(shape.absent(path));
    }
    let mode = shape.text("properties.highAvailability.mode", "")?;
    let state = shape.text("properties.highAvailability.state", "")?;
    if mode.is_none() && state.is_none() {
        return Err(shape.absent("properties.highAvailability.mode"));
    }
    let zone = "properties.highAvailability.standbyAvailabilityZone";
    Ok(HighAvailability {
        mode,
        state,
        standby_zone: shape.text(zone, "")?,
    })
}

fn replication(shape: &ServerReader) -> Fact<ServerReplication> {
    let role = match shape.text("properties.replicationRole", "2022-12-01")? {
        Some(role) => role,
        None => shape.required("properties.replica.role")?,
    };
    let source_server = shape.text("properties.sourceServerResourceId", "")?;
    Ok(ServerReplication {
        role,
        source_server,
    })
}

/// Normalizes a location as in ARM paths: `Germany West Central` to `germanywestcentral`.
pub fn normalize_location(location: &str) -> String {
    location
        .chars()
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}

/// `properties.authConfig`.
#[derive(Debug, Clone)]
pub struct ServerAuthentication {
    pub is_password_enabled: Fact<bool>,
    pub is_entra_enabled: Fact<bool>,
}

/// Since API version 2022-12-01. Earlier previews used `…Enabled` keys with `true` and `false`.
pub(crate) fn read_authentication(shape: &ServerReader) -> Fact<ServerAuthentication> {
    let since = "2022-12-01";
    let method = |name: &str, older: &str| {
        if let Some(flag) = shape.switch(&format!("properties.authConfig.{older}"), "")? {
            return Ok(flag);
        }
        let path = format!("properties.authConfig.{name}");
        shape
            .switch(&path, since)?
            .ok_or_else(|| shape.absent(&path))
    };
    Ok(ServerAuthentication {
        is_password_enabled: method("passwordAuth", "passwordAuthEnabled"),
        is_entra_enabled: method("activeDirectoryAuth", "activeDirectoryAuthEnabled"),
    })
}

/// `properties.dataEncryption`.
#[derive(Debug, Clone)]
pub struct DataEncryption {
    /// `SystemManaged` or `AzureKeyVault`.
    pub kind: String,
    pub primary_key: Fact<KeyStatus>,
    /// Status of the key for geo-redundant backups. `None` if there is no such key.
    pub geo_backup_key: Fact<Option<KeyStatus>>,
}

/// Location of a key, and its status in Azure: `Valid` or `Invalid`. Other values are unreadable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyStatus {
    pub uri: Option<String>,
    pub is_valid: bool,
}

const KEY_STATUS_SINCE: &str = "2023-03-01-preview";

pub(crate) fn read_data_encryption(shape: &ServerReader) -> Fact<DataEncryption> {
    let at = |name: &str| format!("properties.dataEncryption.{name}");
    let kind = shape
        .text(&at("type"), "2022-12-01")?
        .ok_or_else(|| shape.absent(&at("type")))?;
    Ok(DataEncryption {
        kind,
        primary_key: key_status(shape, "primaryKeyURI", "primaryEncryptionKeyStatus"),
        geo_backup_key: geo_backup_key(shape),
    })
}

fn key_status(shape: &ServerReader, uri: &str, status: &str) -> Fact<KeyStatus> {
    let at = |name: &str| format!("properties.dataEncryption.{name}");
    let status_text = shape.text(&at(status), KEY_STATUS_SINCE)?;
    let known = status_text.ok_or_else(|| shape.absent(&at(status)))?;
    let is_valid = match known.to_ascii_lowercase().as_str() {
        "valid" => true,
        "invalid" => false,
        _ => return Err(shape.unexpected(&at(status), &format!("`{known}`"), "Valid or Invalid")),
    };
    Ok(KeyStatus {
        uri: shape.text(&at(uri), "")?,
        is_valid,
    })
}

fn geo_backup_key(shape: &ServerReader) -> Fact<Option<KeyStatus>> {
    match shape.text(
        "properties.dataEncryption.geoBackupKeyURI",
        KEY_STATUS_SINCE,
    )? {
        None => Ok(None),
        Some(_) => key_status(shape, "geoBackupKeyURI", "geoBackupEncryptionKeyStatus").map(Some),
    }
}

/// How clients reach the server, and so how the server reaches others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum NetworkMode {
    /// In a delegated subnet of a virtual network.
    Integrated,
    /// Through its public address.
    Public,
    /// Through private endpoints only.
    EndpointOnly,
}

pub(crate) fn read_network_mode(shape: &ServerReader) -> Fact<NetworkMode> {
    let path = "properties.network";
    if !shape.has_object(path, "")? {
        return Err(shape.absent(path));
    }
    if shape
        .text("properties.network.delegatedSubnetResourceId", "")?
        .is_some()
    {
        return Ok(NetworkMode::Integrated);
    }
    let access = shape.required("properties.network.publicNetworkAccess")?;
    match access.to_ascii_lowercase().as_str() {
        "enabled" => Ok(NetworkMode::Public),
        "disabled" => Ok(NetworkMode::EndpointOnly),
        _ => Err(shape.absent("properties.network.publicNetworkAccess (Enabled or Disabled)")),
    }
}

/// `properties.storage`. Sizes are in GiB.
#[derive(Debug, Clone)]
pub struct ServerStorage {
    pub size_gib: Fact<u32>,
    /// `None`: this API version or storage type does not return it.
    pub auto_grow: Fact<Option<String>>,
    /// `Premium_LRS`, `PremiumV2_LRS`, `UltraSSD_LRS`. Empty or absent means `Premium_LRS`.
    pub kind: Fact<Option<String>>,
    /// Provisioned IOPS. `None` if the server does not return it.
    pub iops: Fact<Option<u32>>,
}

impl ServerStorage {
    /// Whether it is Premium SSD v2, whose IOPS are configured separately from its size.
    pub fn is_premium_ssd_v2(&self) -> Fact<bool> {
        let kind = self.kind.as_ref()?.as_deref();
        Ok(kind.is_some_and(|k| k.starts_with("PremiumV2")))
    }

    /// Whether it is Premium SSD, which supports autogrow and host caching. Premium SSD v2 and Ultra Disk do not.
    pub fn is_premium_ssd(&self) -> Fact<bool> {
        let kind = self.kind.as_ref()?.as_deref();
        Ok(!kind.is_some_and(|k| k.starts_with("PremiumV2") || k.starts_with("Ultra")))
    }
}

pub(crate) fn read_storage(shape: &ServerReader) -> Fact<ServerStorage> {
    let path = "properties.storage";
    if !shape.has_object(path, "")? {
        return Err(shape.absent(path));
    }
    let size = shape.model_value("properties.storage.storageSizeGB", |s| {
        s.properties
            .as_ref()
            .and_then(|p| p.storage.as_ref())
            .and_then(|s| s.storage_size_gb)
    });
    let size_gib = size.and_then(|size| {
        size.and_then(|s| u32::try_from(s).ok())
            .ok_or_else(|| shape.absent("properties.storage.storageSizeGB"))
    });
    let auto_grow = shape.text("properties.storage.autoGrow", "2023-03-01-preview");
    Ok(ServerStorage {
        size_gib,
        auto_grow,
        kind: shape.text("properties.storage.type", "2023-06-01-preview"),
        iops: shape.number("properties.storage.iops", "2023-03-01-preview"),
    })
}
