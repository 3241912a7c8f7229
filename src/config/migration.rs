//! A [`Migration`] with its target and its modes. The source is in `source_server`.

use std::fmt;

use clap::ValueEnum;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::azure_id::ServerId;
use super::source_server::SourceServer;

/// The default api-version for `Microsoft.DBforPostgreSQL`: the newest version that the SDKs of several languages
/// support. It has every call that the tool needs.
pub const DEFAULT_API_VERSION: &str = "2025-08-01";

/// One migration: source, target and options.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Migration {
    pub name: String,
    pub scope: MigrationScope,
    #[serde(default)]
    pub mode: MigrationMode,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<TargetServer>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceServer>,
    /// The databases to migrate. Empty means every user database of the source.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub databases: Vec<String>,
    /// The migration user on the source, if it is not the connected role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub migration_user: Option<String>,
    /// The flexible server in a virtual network that runs the migration for a target with private endpoints.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runtime_server: Option<ServerId>,
    /// Whether databases that already exist on the target are dropped and re-created.
    #[serde(default, skip_serializing_if = "is_not")]
    pub overwrite: bool,
    /// Whether the signed-in Azure identity also creates the migration.
    #[serde(default, skip_serializing_if = "is_not")]
    pub identity_migrates: bool,
    /// The location to size a server in, if there is no target yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<AzureLocation>,
}

impl Migration {
    /// Whether the migration needs answers of Azure Resource Manager.
    pub fn uses_azure(&self) -> bool {
        let source_in_azure = self.source.as_ref().is_some_and(|s| s.azure_id.is_some());
        self.target.is_some() || self.location.is_some() || source_in_azure
    }

    /// The api-version for `Microsoft.DBforPostgreSQL`.
    pub fn api_version(&self) -> &str {
        let of_location = || self.location.as_ref().map(|l| l.api_version.as_str());
        let of_target = self.target.as_ref().map(|t| t.api_version.as_str());
        of_target
            .or_else(of_location)
            .unwrap_or(DEFAULT_API_VERSION)
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_not(flag: &bool) -> bool {
    !flag
}

/// An Azure location in a subscription. Its offers differ by subscription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AzureLocation {
    pub subscription: String,
    /// The name, such as `germanywestcentral`, or ARM's display name.
    pub name: String,
    /// The api-version for requests; see [`DEFAULT_API_VERSION`].
    pub api_version: String,
}

/// Which sides are judged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MigrationScope {
    #[default]
    Pair,
    Target,
    Source,
}

impl fmt::Display for MigrationScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            MigrationScope::Pair => "pair",
            MigrationScope::Target => "target",
            MigrationScope::Source => "source",
        })
    }
}

impl MigrationScope {
    pub fn has_target(self) -> bool {
        self != MigrationScope::Source
    }

    pub fn has_source(self) -> bool {
        self != MigrationScope::Target
    }
}

/// Offline: the applications stand still while the data is copied. Online: changes are replayed until cutover.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ValueEnum, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum MigrationMode {
    #[default]
    Offline,
    Online,
}

impl fmt::Display for MigrationMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            MigrationMode::Offline => "offline",
            MigrationMode::Online => "online",
        })
    }
}

/// The flexible server that is the target of a migration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetServer {
    pub id: ServerId,
    /// The api-version for requests; see [`DEFAULT_API_VERSION`].
    pub api_version: String,
    /// The SQL connection to the target databases, if specified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sql: Option<TargetSql>,
}

/// The SQL connection to the target. Contains no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetSql {
    pub host: String,
    pub port: u16,
    /// The first database to connect to.
    pub database: String,
    /// The user to sign in as.
    pub user: String,
    /// The migration user on the target, if it is not `user`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub migration_user: Option<String>,
}

impl TargetSql {
    /// The migration user on the target.
    pub fn migration_user(&self) -> &str {
        self.migration_user.as_deref().unwrap_or(&self.user)
    }
}
