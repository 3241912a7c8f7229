//! By what a source shows where it runs: names of server parameters and roles that only one provider has, and what
//! `version()` says. As of 2026-11. Self-run servers show nothing, wherever they stand.

use crate::plan::SourceKind::{self, *};

/// One thing that a server shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// A server parameter whose name begins so.
    Parameter(&'static str),
    /// A role of exactly this name.
    Role(&'static str),
    /// `version()` holds this.
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

/// The more telling first: Aurora shows all that RDS does, AlloyDB some of Cloud SQL's, and every Azure server the role
/// `azure_pg_admin`.
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

/// The first sign that `shows` confirms, and where such a server runs.
pub fn recognise(shows: impl Fn(Sign) -> bool) -> Option<(Sign, SourceKind)> {
    SIGNS.iter().copied().find(|(sign, _)| shows(*sign))
}
