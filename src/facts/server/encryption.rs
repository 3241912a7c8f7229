//! Encryption key of the target's storage, and whether it is still usable.

use super::Body;
use crate::facts::Fact;

/// `properties.dataEncryption`.
#[derive(Debug, Clone)]
pub struct Encryption {
    /// `SystemManaged` or `AzureKeyVault`.
    pub kind: String,
    pub primary: Fact<KeyStatus>,
    /// Status of the key for geo-redundant backups. `None` if there is no such key.
    pub geo: Fact<Option<KeyStatus>>,
}

/// Location of a key, and its status in Azure: `Valid` or `Invalid`. Other values are unreadable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyStatus {
    pub uri: Option<String>,
    pub is_valid: bool,
}

const SINCE: &str = "2023-03-01-preview";

pub(super) fn read(shape: &Body) -> Fact<Encryption> {
    let at = |name: &str| format!("properties.dataEncryption.{name}");
    let kind = shape
        .field(&at("type"), "2022-12-01")?
        .ok_or_else(|| shape.absent(&at("type")))?;
    Ok(Encryption {
        kind,
        primary: key(shape, "primaryKeyURI", "primaryEncryptionKeyStatus"),
        geo: geo(shape),
    })
}

fn key(shape: &Body, uri: &str, status: &str) -> Fact<KeyStatus> {
    let at = |name: &str| format!("properties.dataEncryption.{name}");
    let known = shape.field(&at(status), SINCE)?;
    let known = known.ok_or_else(|| shape.absent(&at(status)))?;
    let is_valid = match known.to_ascii_lowercase().as_str() {
        "valid" => true,
        "invalid" => false,
        _ => return Err(shape.odd(&at(status), &format!("`{known}`"), "Valid or Invalid")),
    };
    Ok(KeyStatus {
        uri: shape.field(&at(uri), "")?,
        is_valid,
    })
}

fn geo(shape: &Body) -> Fact<Option<KeyStatus>> {
    match shape.field("properties.dataEncryption.geoBackupKeyURI", SINCE)? {
        None => Ok(None),
        Some(_) => key(shape, "geoBackupKeyURI", "geoBackupEncryptionKeyStatus").map(Some),
    }
}
