//! The source server of a migration: connection, hosting and network.

use std::fmt;

use clap::ValueEnum;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::azure_id::{ResourceId, ServerId};
use super::cidr::Cidr;

/// The source server of a migration, as specified by the user. Contains no secret.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceServer {
    /// Host name, IP address or socket directory.
    pub host: String,
    pub port: u16,
    /// The first database to connect to.
    pub database: String,
    /// The user to sign in as.
    pub user: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<SourceKind>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exposure: Option<SourceExposure>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vcores: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_gib: Option<f64>,
    /// The resource ID of the source, if it is a flexible server. Azure then provides its size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub azure_id: Option<ServerId>,
    /// The Azure virtual network of the source, if it is in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vnet: Option<ResourceId>,
    /// The name or address that the migration service uses, if it is not `host`. `host` can be the local end of a
    /// tunnel, which the service cannot use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The address range that the migration service connects from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reached_from: Option<Cidr>,
    /// The `sslMode` of the migration service for the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<SourceTls>,
}

impl SourceServer {
    /// The name or address that the migration service uses.
    pub fn service_address(&self) -> &str {
        self.address.as_deref().unwrap_or(&self.host)
    }
}

/// How the service reaches the source: over the internet, or over a private network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ValueEnum, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SourceExposure {
    Public,
    Private,
}

/// The service's `sslMode` towards the source. It has stronger ones; a source without TLS fails all but `prefer`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ValueEnum, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SourceTls {
    Require,
    Prefer,
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

impl SourceKind {
    /// Whether a provider manages the server, so that its users cannot edit files or install packages.
    pub fn is_managed(self) -> bool {
        use SourceKind::*;
        !matches!(
            self,
            OnPremises
                | AzureVm
                | Aws
                | AwsEc2
                | Gcp
                | GcpCompute
                | Edb
                | EdbOracleServer
                | EdbPostgresql
                | HuaweiCompute
                | DigitalOceanDroplets
        )
    }
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
