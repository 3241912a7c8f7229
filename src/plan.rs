//! What the user says: a [`Migration`] with its source, its target and how it is meant.
//! Not here: how it was said (`cli`), secrets (they stay in `inputs`), what is found out (`facts`).

use std::fmt;
use std::str::FromStr;

use clap::ValueEnum;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
}

/// The server that is migrated from, as the user describes it. Nothing here is secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceServer {
    /// Host name, address, or the directory of a socket.
    pub host: String,
    pub port: u16,
    /// The database that is connected to first.
    pub database: String,
    /// The user who asks.
    pub user: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<SourceKind>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exposure: Option<Exposure>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vcores: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_gib: Option<f64>,
}

/// How the service reaches the source: over the internet, or over a private network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ValueEnum, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Exposure {
    Public,
    Private,
}

/// Where the source runs: the `SourceType` values of the migration service's API, in kebab-case.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    ValueEnum,
    JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum SourceKind {
    OnPremises,
    AzureVm,
    Aws,
    AwsRds,
    AwsAurora,
    #[value(name = "aws-ec2")]
    #[serde(rename = "aws-ec2")]
    AwsEc2,
    Gcp,
    #[value(name = "gcp-cloudsql")]
    #[serde(rename = "gcp-cloudsql")]
    GcpCloudSql,
    #[value(name = "gcp-alloydb")]
    #[serde(rename = "gcp-alloydb")]
    GcpAlloyDb,
    GcpCompute,
    Edb,
    EdbOracleServer,
    EdbPostgresql,
    PostgresqlSingleServer,
    PostgresqlFlexibleServer,
    #[value(name = "postgresql-cosmosdb")]
    #[serde(rename = "postgresql-cosmosdb")]
    PostgresqlCosmosDb,
    HuaweiRds,
    HuaweiCompute,
    HerokuPostgresql,
    CrunchyPostgresql,
    #[value(name = "apsaradb-rds")]
    #[serde(rename = "apsaradb-rds")]
    ApsaraDbRds,
    DigitalOceanDroplets,
    DigitalOceanPostgresql,
    SupabasePostgresql,
}

impl fmt::Display for SourceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            self.to_possible_value()
                .as_ref()
                .map_or("", |v| v.get_name()),
        )
    }
}

/// A flexible server's place in Azure. Compares without regard to case, as ARM does.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ServerId {
    pub subscription: String,
    pub resource_group: String,
    pub name: String,
}

impl ServerId {
    /// The resource id, which is also the path of its GET.
    pub fn path(&self) -> String {
        format!(
            "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.DBforPostgreSQL/flexibleServers/{}",
            self.subscription, self.resource_group, self.name
        )
    }
}

impl PartialEq for ServerId {
    fn eq(&self, other: &Self) -> bool {
        self.path().eq_ignore_ascii_case(&other.path())
    }
}

impl fmt::Display for ServerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path())
    }
}

impl From<ServerId> for String {
    fn from(id: ServerId) -> String {
        id.path()
    }
}

impl TryFrom<String> for ServerId {
    type Error = TargetError;
    fn try_from(text: String) -> Result<Self, TargetError> {
        text.parse()
    }
}

/// Why a target's name was not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    #[error(
        "`{0}` is not a flexible server's resource id; give `/subscriptions/<id>/resourceGroups/<group>/providers/\
         Microsoft.DBforPostgreSQL/flexibleServers/<name>` or `<subscription>/<group>/<name>` \
         (`az postgres flexible-server show --resource-group <group> --name <name> --query id` prints it)"
    )]
    Malformed(String),
    #[error(
        "`{0}` is the resource id of another kind of resource; a flexible server's contains \
         `/providers/Microsoft.DBforPostgreSQL/flexibleServers/`"
    )]
    OtherResource(String),
    #[error(
        "`{0}` is a host name; give the server's resource id instead \
         (`az postgres flexible-server list --query \"[?fullyQualifiedDomainName=='{0}'].id\" --output tsv` prints it)"
    )]
    HostName(String),
}

impl FromStr for ServerId {
    type Err = TargetError;

    /// Reads a resource id or `subscription/group/name`.
    fn from_str(text: &str) -> Result<Self, TargetError> {
        let text = text.trim();
        let parts: Vec<&str> = text.trim_matches('/').split('/').collect();
        let named = |subscription: &str, resource_group: &str, name: &str| {
            let id = ServerId {
                subscription: subscription.to_owned(),
                resource_group: resource_group.to_owned(),
                name: name.to_owned(),
            };
            if id.is_well_formed() {
                Ok(id)
            } else {
                Err(TargetError::Malformed(text.to_owned()))
            }
        };
        match parts.as_slice() {
            [kw_s, s, kw_g, g, kw_p, provider, kind, n]
                if kw_s.eq_ignore_ascii_case("subscriptions")
                    && kw_g.eq_ignore_ascii_case("resourceGroups")
                    && kw_p.eq_ignore_ascii_case("providers") =>
            {
                let ours = provider.eq_ignore_ascii_case("Microsoft.DBforPostgreSQL")
                    && kind.eq_ignore_ascii_case("flexibleServers");
                if ours {
                    named(s, g, n)
                } else {
                    Err(TargetError::OtherResource(text.to_owned()))
                }
            }
            [s, g, n] => named(s, g, n),
            [host] if host.contains(".postgres.") => Err(TargetError::HostName((*host).to_owned())),
            _ => Err(TargetError::Malformed(text.to_owned())),
        }
    }
}

impl ServerId {
    /// ARM's own limits: a subscription is a GUID, a resource group has letters, digits, `-_.()`, a server's name
    /// letters, digits and hyphens. Anything else would change the path that is asked.
    fn is_well_formed(&self) -> bool {
        let guid = self.subscription.len() == 36
            && self
                .subscription
                .chars()
                .all(|c| c.is_ascii_hexdigit() || c == '-');
        let group = (1..=90).contains(&self.resource_group.chars().count())
            && self
                .resource_group
                .chars()
                .all(|c| c.is_alphanumeric() || "-_.()".contains(c))
            && !self.resource_group.ends_with('.');
        let name = (3..=63).contains(&self.name.len())
            && self
                .name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !self.name.starts_with('-');
        guid && group && name
    }
}
