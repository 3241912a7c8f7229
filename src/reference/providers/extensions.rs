//! Extensions that a provider installs in every database. As of 2026-11.

use crate::plan::SourceKind;

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
const OWN_LIBRARIES: &[&str] = &[
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
pub fn is_own_library(name: &str) -> bool {
    OWN_LIBRARIES
        .iter()
        .any(|own| *own == name || (own.ends_with('_') && name.starts_with(own)))
}
