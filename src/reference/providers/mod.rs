//! Databases, extensions, roles and tablespaces that hosting providers create and that are not migrated.

mod indicators;

use crate::config::SourceKind;
use crate::config::SourceKind::*;

pub use indicators::{ProviderIndicator, detect_provider};

/// Databases of a provider or of PostgreSQL itself. `postgres` is not included, because it can contain user objects.
/// As of 2026-11.
const BUILT_IN_DATABASES: &[&str] = &[
    "azure_maintenance",
    "azure_sys",
    "rdsadmin",
    "cloudsqladmin",
    "alloydbadmin",
    "template0",
    "template1",
];

pub fn is_built_in_database(name: &str) -> bool {
    BUILT_IN_DATABASES.contains(&name)
}

/// Returns the names of all built-in databases.
pub fn built_in_databases() -> impl Iterator<Item = &'static str> {
    BUILT_IN_DATABASES.iter().copied()
}

/// Extensions that a flexible server installs itself, so the target has them too. As of 2026-11.
/// <https://learn.microsoft.com/azure/postgresql/extensions/concepts-extensions-versions>
const FLEXIBLE_SERVER_EXTENSIONS: &[&str] = &[
    "plpgsql",
    "azure",
    "pgaadauth",
    "pg_availability",
    "pg_qs",
    "pgms_stats",
    "pgms_wait_sampling",
];

/// Extensions that a provider installs automatically. As of 2026-11.
const AUTO_INSTALLED: &[(&str, &[SourceKind])] = &[
    ("rds_tools", &[SourceKind::AwsRds, SourceKind::AwsAurora]),
    ("aurora_stat_utils", &[SourceKind::AwsAurora]),
    ("apg_plan_mgmt", &[SourceKind::AwsAurora]),
    (
        "google_vacuum_mgmt",
        &[SourceKind::GcpCloudSql, SourceKind::GcpAlloyDb],
    ),
    (
        "google_insights",
        &[SourceKind::GcpCloudSql, SourceKind::GcpAlloyDb],
    ),
    ("google_columnar_engine", &[SourceKind::GcpAlloyDb]),
    ("google_db_advisor", &[SourceKind::GcpAlloyDb]),
    ("google_job_scheduler", &[SourceKind::GcpAlloyDb]),
    ("supabase_vault", &[SourceKind::SupabasePostgresql]),
    (
        "edb_system_monitor",
        &[SourceKind::Edb, SourceKind::EdbPostgresql],
    ),
];

/// Whether the target has this extension without installing it.
pub fn is_platform_extension(name: &str) -> bool {
    FLEXIBLE_SERVER_EXTENSIONS.contains(&name)
}

/// Whether a provider installs this extension automatically.
pub fn is_auto_installed(name: &str) -> bool {
    AUTO_INSTALLED.iter().any(|(n, _)| *n == name)
}

/// Libraries that a hosting provider preloads for its own use and that are not needed on a flexible server.
/// Entries are full names, or prefixes that end in `_`.
/// As of 2026-11, from the providers' values of `shared_preload_libraries`.
const PROVIDER_LIBRARIES: &[&str] = &[
    "rdsutils",
    "rds_",
    "aurora_",
    "google_",
    "cloudsql_",
    "cloudsqladmin",
    "alloydb_",
    "azure",
    "pgaadauth",
    "pg_qs",
    "pgms_",
    "pg_availability",
];

/// Whether a provider preloads this library for its own use.
pub fn is_provider_library(name: &str) -> bool {
    PROVIDER_LIBRARIES
        .iter()
        .any(|own| *own == name || (own.ends_with('_') && name.starts_with(own)))
}

/// SUPERUSER roles that only the provider signs in as. The query `superuser_owned` has the same list, which a test
/// compares.
pub const PROVIDER_SUPERUSERS: &[&str] = &[
    "alloydbadmin",
    "azure_superuser",
    "azuresu",
    "cloudsqladmin",
    "rdsadmin",
    "supabase_admin",
];

/// Source kinds, exact role names, and prefixes of role names.
type BuiltInRoles = (
    &'static [SourceKind],
    &'static [&'static str],
    &'static [&'static str],
);

/// Roles that a provider creates on every server. As of 2026-11, from the documentation of the providers:
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Roles.html>,
/// <https://cloud.google.com/sql/docs/postgres/users>, <https://cloud.google.com/alloydb/docs/database-users/about>,
/// <https://learn.microsoft.com/azure/postgresql/security/security-access-control>.
/// Entries for providers without such a page (Supabase, DigitalOcean, Huawei, Alibaba) were observed on their servers.
const BUILT_IN_ROLES: &[BuiltInRoles] = &[
    (
        &[AwsRds, AwsAurora],
        &[
            "rdsadmin",
            "rdsrepladmin",
            "rdstopmgr",
            "rdswriteforwarduser",
            "rdsproxyadmin",
        ],
        &["rds_"],
    ),
    (&[GcpCloudSql], &[], &["cloudsql"]),
    (&[GcpAlloyDb], &[], &["alloydb"]),
    (
        &[
            PostgresqlSingleServer,
            PostgresqlFlexibleServer,
            PostgresqlCosmosDb,
        ],
        &["azuresu", "replication"],
        &["azure_"],
    ),
    (
        &[SupabasePostgresql],
        &[
            "anon",
            "authenticated",
            "authenticator",
            "dashboard_user",
            "pgbouncer",
            "pgsodium_keyholder",
            "service_role",
        ],
        &["supabase_", "pgsodium_key"],
    ),
    (
        &[DigitalOceanPostgresql],
        &["_doadmin_managed", "_dodb", "doadmin"],
        &[],
    ),
    (
        &[HuaweiRds],
        &[
            "rdsAdmin",
            "rdsBackup",
            "rdsDdm",
            "rdsMetric",
            "rdsProxy",
            "rdsRepl",
        ],
        &[],
    ),
    (
        &[ApsaraDbRds],
        &[
            "alicloud_rds_admin",
            "aurora",
            "aurora_proxy",
            "pg_rds_superuser",
            "replicator",
        ],
        &[],
    ),
    (
        &[CrunchyPostgresql],
        &["crunchy_monitoring", "crunchy_superuser"],
        &[],
    ),
    (
        &[Edb, EdbOracleServer, EdbPostgresql],
        &[
            "aq_administrator_role",
            "capture_admin",
            "streaming_replica",
        ],
        &["edb_"],
    ),
];

/// Whether the provider of this source kind created the role. PostgreSQL's own roles, such as `pg_monitor`, are
/// identified by their OID instead.
pub fn is_built_in_role(kind: SourceKind, name: &str) -> bool {
    let of_kind = BUILT_IN_ROLES
        .iter()
        .filter(|(kinds, ..)| kinds.contains(&kind));
    let mut rows = of_kind.map(|(_, names, beginnings)| {
        names.contains(&name) || beginnings.iter().any(|b| name.starts_with(b))
    });
    rows.any(|is_one| is_one)
}

/// Whether any provider creates a role of this name.
pub fn is_provider_role(name: &str) -> bool {
    let mut rows = BUILT_IN_ROLES.iter().map(|(_, names, beginnings)| {
        names.contains(&name) || beginnings.iter().any(|b| name.starts_with(b))
    });
    is_provider_superuser(name) || rows.any(|is_one| is_one)
}

/// Whether this is a SUPERUSER role that only a provider signs in as.
pub fn is_provider_superuser(name: &str) -> bool {
    PROVIDER_SUPERUSERS.contains(&name)
}

/// Tablespaces on local storage that a provider creates for temporary files. As of 2026-11.
const TEMPORARY_TABLESPACES: &[&str] = &["temptblspace", "rds_temp_tablespace"];

/// Whether this is a provider's tablespace for temporary files.
pub fn is_temporary_tablespace(name: &str) -> bool {
    TEMPORARY_TABLESPACES.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_role_is_built_in_only_at_its_own_provider() {
        assert!(is_built_in_role(AwsAurora, "rds_replication"));
        assert!(is_built_in_role(GcpCloudSql, "cloudsqlsuperuser"));
        assert!(!is_built_in_role(OnPremises, "rds_replication"));
        assert!(!is_built_in_role(AwsRds, "rdsreports"));
        assert!(is_provider_superuser("rdsadmin") && !is_provider_superuser("postgres"));
    }

    #[test]
    fn the_query_has_the_same_superuser_roles() {
        let query = crate::queries::find("superuser_owned").unwrap();
        for (_, text) in query.variants {
            let start = text.find("rolname IN (").unwrap() + "rolname IN (".len();
            let list = text[start..].split(')').next().unwrap();
            let names: Vec<&str> = list.split(", ").map(|n| n.trim_matches('\'')).collect();
            assert_eq!(names, PROVIDER_SUPERUSERS);
        }
    }
}
