//! What the user says: a [`Migration`] with its source, its target and how it is meant.
//! Not here: how it was said (`cli`), secrets (they stay in `inputs`), what is found out (`facts`).

pub mod file;
pub mod judging;
mod prefix;
mod resource_id;
mod server_id;
mod source;

use clap::ValueEnum;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use prefix::{Prefix, PrefixError};
pub use resource_id::{ResourceId, ResourceIdError};
pub use server_id::{ServerId, TargetError};
pub use source::{Exposure, SourceKind, SourceServer, SourceTls};

/// The api-version asked of `Microsoft.DBforPostgreSQL` unless the user names another: the newest that the SDKs of
/// several languages agree on, and every call that the tool needs exists in it.
pub const API_VERSION: &str = "2025-08-01";

/// One migration: a source, a target, and how the service is to do it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Migration {
    pub name: String,
    pub scope: Scope,
    #[serde(default)]
    pub mode: Mode,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceServer>,
    /// The databases to migrate; empty: every user database of the source.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub databases: Vec<String>,
    /// Whom the service will sign in as on the source, where that is not the user who asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub migration_user: Option<String>,
    /// The flexible server in a virtual network that carries the migration for a target behind private endpoints.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runtime_server: Option<ServerId>,
    /// Whether databases of the same name on the target are to be dropped and written anew.
    #[serde(default, skip_serializing_if = "is_not")]
    pub overwrite: bool,
    /// Whether the identity that asks Azure is also the one that will create the migration.
    #[serde(default, skip_serializing_if = "is_not")]
    pub identity_migrates: bool,
    /// Where a server is to be sized before there is a target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
}

impl Migration {
    /// Whether anything is asked of Azure Resource Manager.
    pub fn asks_azure(&self) -> bool {
        let source_in_azure = self.source.as_ref().is_some_and(|s| s.azure_id.is_some());
        self.target.is_some() || self.location.is_some() || source_in_azure
    }

    /// The api-version to ask `Microsoft.DBforPostgreSQL` with.
    pub fn api_version(&self) -> &str {
        let of_location = || self.location.as_ref().map(|l| l.api_version.as_str());
        let of_target = self.target.as_ref().map(|t| t.api_version.as_str());
        of_target.or_else(of_location).unwrap_or(API_VERSION)
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_not(flag: &bool) -> bool {
    !flag
}

/// A location of Azure, as a subscription sees it: what it offers differs by subscription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Location {
    pub subscription: String,
    /// `germanywestcentral`; ARM's display name will do too.
    pub name: String,
    /// The api-version to ask with; see [`API_VERSION`].
    pub api_version: String,
}

/// How much a finding weighs.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// The migration runs, and something will differ or hurt.
    Warning,
    /// The migration fails, or loses something.
    Blocker,
}

/// Which sides are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    Pair,
    Target,
    Source,
}

impl Scope {
    pub fn has_target(self) -> bool {
        self != Scope::Source
    }

    pub fn has_source(self) -> bool {
        self != Scope::Target
    }
}

/// Offline: the applications stand still while the data is copied. Online: changes are replayed until cutover.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ValueEnum, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    #[default]
    Offline,
    Online,
}

/// The flexible server that is migrated into.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    pub id: ServerId,
    /// The api-version to ask with; see [`API_VERSION`].
    pub api_version: String,
    /// The way into its databases, where the user gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sql: Option<TargetSql>,
}

/// How the target is asked through SQL. Nothing here is secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetSql {
    pub host: String,
    pub port: u16,
    /// The database that is connected to first.
    pub database: String,
    /// The user who asks.
    pub user: String,
    /// Whom the service will sign in as on the target, where that is not the user who asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub migration_user: Option<String>,
}

impl TargetSql {
    /// Whom the service will sign in as on the target.
    pub fn migration_user(&self) -> &str {
        self.migration_user.as_deref().unwrap_or(&self.user)
    }
}
