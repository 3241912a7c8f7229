//! Detects the provider of a source by server parameters, roles, and the text of `version()`.
//! As of 2026-11. Self-managed servers have no indicator, wherever they run.

use crate::config::SourceKind;
use crate::config::SourceKind::*;

/// A property of a server that identifies its provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProviderIndicator {
    /// A server parameter with this prefix.
    Parameter(&'static str),
    /// A role with exactly this name.
    Role(&'static str),
    /// `version()` contains this text.
    Version(&'static str),
}

impl std::fmt::Display for ProviderIndicator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ProviderIndicator::Parameter(start) => write!(f, "server parameters `{start}…`"),
            ProviderIndicator::Role(name) => write!(f, "role `{name}`"),
            ProviderIndicator::Version(part) => write!(f, "`{part}` in `version()`"),
        }
    }
}

/// Most specific first: Aurora has all indicators of RDS, and AlloyDB some of Cloud SQL.
/// Every Azure server has the role `azure_pg_admin`, so it is not an indicator.
const INDICATORS: &[(ProviderIndicator, SourceKind)] = &[
    (ProviderIndicator::Parameter("apg_"), AwsAurora),
    (ProviderIndicator::Parameter("aurora_"), AwsAurora),
    (ProviderIndicator::Role("rdswriteforwarduser"), AwsAurora),
    (ProviderIndicator::Role("rdsadmin"), AwsRds),
    (
        ProviderIndicator::Parameter("rds.logical_replication"),
        AwsRds,
    ),
    (ProviderIndicator::Role("alloydbadmin"), GcpAlloyDb),
    (ProviderIndicator::Role("alloydbsuperuser"), GcpAlloyDb),
    (ProviderIndicator::Parameter("alloydb."), GcpAlloyDb),
    (ProviderIndicator::Role("cloudsqladmin"), GcpCloudSql),
    (ProviderIndicator::Role("cloudsqlsuperuser"), GcpCloudSql),
    (ProviderIndicator::Parameter("cloudsql."), GcpCloudSql),
    (
        ProviderIndicator::Role("azure_superuser"),
        PostgresqlSingleServer,
    ),
    (ProviderIndicator::Role("azuresu"), PostgresqlFlexibleServer),
    (
        ProviderIndicator::Parameter("azure.extensions"),
        PostgresqlFlexibleServer,
    ),
    (
        ProviderIndicator::Role("supabase_admin"),
        SupabasePostgresql,
    ),
    (ProviderIndicator::Role("doadmin"), DigitalOceanPostgresql),
    (ProviderIndicator::Role("rdsAdmin"), HuaweiRds),
    (ProviderIndicator::Role("alicloud_rds_admin"), ApsaraDbRds),
    (ProviderIndicator::Role("pg_rds_superuser"), ApsaraDbRds),
    (
        ProviderIndicator::Role("crunchy_superuser"),
        CrunchyPostgresql,
    ),
    (
        ProviderIndicator::Parameter("edb_redwood_"),
        EdbOracleServer,
    ),
    (
        ProviderIndicator::Version("EnterpriseDB Advanced Server"),
        EdbOracleServer,
    ),
    (ProviderIndicator::Version("EDB Postgres Extended"), Edb),
    (ProviderIndicator::Version("EnterpriseDB"), Edb),
];

/// Returns the first indicator that `shows` confirms, with its source kind.
pub fn detect_provider(
    is_present: impl Fn(ProviderIndicator) -> bool,
) -> Option<(ProviderIndicator, SourceKind)> {
    INDICATORS
        .iter()
        .copied()
        .find(|(sign, _)| is_present(*sign))
}
