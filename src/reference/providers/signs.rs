//! Detects the provider of a source by server parameters, roles, and the text of `version()`.
//! As of 2026-11. Self-managed servers have no indicator, wherever they run.

use crate::plan::SourceKind::{self, *};

/// A property of a server that identifies its provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// A server parameter with this prefix.
    Parameter(&'static str),
    /// A role with exactly this name.
    Role(&'static str),
    /// `version()` contains this text.
    Version(&'static str),
}

impl std::fmt::Display for Sign {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Sign::Parameter(start) => write!(f, "server parameters `{start}…`"),
            Sign::Role(name) => write!(f, "role `{name}`"),
            Sign::Version(part) => write!(f, "`{part}` in `version()`"),
        }
    }
}

/// Most specific first: Aurora has all indicators of RDS, and AlloyDB some of Cloud SQL.
/// Every Azure server has the role `azure_pg_admin`, so it is not an indicator.
const SIGNS: &[(Sign, SourceKind)] = &[
    (Sign::Parameter("apg_"), AwsAurora),
    (Sign::Parameter("aurora_"), AwsAurora),
    (Sign::Role("rdswriteforwarduser"), AwsAurora),
    (Sign::Role("rdsadmin"), AwsRds),
    (Sign::Parameter("rds.logical_replication"), AwsRds),
    (Sign::Role("alloydbadmin"), GcpAlloyDb),
    (Sign::Role("alloydbsuperuser"), GcpAlloyDb),
    (Sign::Parameter("alloydb."), GcpAlloyDb),
    (Sign::Role("cloudsqladmin"), GcpCloudSql),
    (Sign::Role("cloudsqlsuperuser"), GcpCloudSql),
    (Sign::Parameter("cloudsql."), GcpCloudSql),
    (Sign::Role("azure_superuser"), PostgresqlSingleServer),
    (Sign::Role("azuresu"), PostgresqlFlexibleServer),
    (
        Sign::Parameter("azure.extensions"),
        PostgresqlFlexibleServer,
    ),
    (Sign::Role("supabase_admin"), SupabasePostgresql),
    (Sign::Role("doadmin"), DigitalOceanPostgresql),
    (Sign::Role("rdsAdmin"), HuaweiRds),
    (Sign::Role("alicloud_rds_admin"), ApsaraDbRds),
    (Sign::Role("pg_rds_superuser"), ApsaraDbRds),
    (Sign::Role("crunchy_superuser"), CrunchyPostgresql),
    (Sign::Parameter("edb_redwood_"), EdbOracleServer),
    (
        Sign::Version("EnterpriseDB Advanced Server"),
        EdbOracleServer,
    ),
    (Sign::Version("EDB Postgres Extended"), Edb),
    (Sign::Version("EnterpriseDB"), Edb),
];

/// Returns the first indicator that `shows` confirms, with its source kind.
pub fn recognise(shows: impl Fn(Sign) -> bool) -> Option<(Sign, SourceKind)> {
    SIGNS.iter().copied().find(|(sign, _)| shows(*sign))
}
