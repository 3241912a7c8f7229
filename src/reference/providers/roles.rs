//! Roles that a provider creates on every server.

use crate::plan::SourceKind::{self, *};

/// SUPERUSER roles that only the provider signs in as. The query `superuser_owned` has the same list, which a test
/// compares.
pub const SUPERUSERS: &[&str] = &[
    "alloydbadmin",
    "azure_superuser",
    "azuresu",
    "cloudsqladmin",
    "rdsadmin",
    "supabase_admin",
];

/// Source kinds, exact role names, and prefixes of role names.
type Row = (
    &'static [SourceKind],
    &'static [&'static str],
    &'static [&'static str],
);

/// Roles that a provider creates on every server. As of 2026-11, from the documentation of the providers:
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Roles.html>,
/// <https://cloud.google.com/sql/docs/postgres/users>, <https://cloud.google.com/alloydb/docs/database-users/about>,
/// <https://learn.microsoft.com/azure/postgresql/security/security-access-control>.
/// Entries for providers without such a page (Supabase, DigitalOcean, Huawei, Alibaba) were observed on their servers.
const BUILT_IN: &[Row] = &[
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
    let of_kind = BUILT_IN.iter().filter(|(kinds, ..)| kinds.contains(&kind));
    let mut rows = of_kind.map(|(_, names, beginnings)| {
        names.contains(&name) || beginnings.iter().any(|b| name.starts_with(b))
    });
    rows.any(|is_one| is_one)
}

/// Whether any provider creates a role of this name.
pub fn is_role_of_a_provider(name: &str) -> bool {
    let mut rows = BUILT_IN.iter().map(|(_, names, beginnings)| {
        names.contains(&name) || beginnings.iter().any(|b| name.starts_with(b))
    });
    is_superuser_account(name) || rows.any(|is_one| is_one)
}

/// Whether this is a SUPERUSER role that only a provider signs in as.
pub fn is_superuser_account(name: &str) -> bool {
    SUPERUSERS.contains(&name)
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
        assert!(is_superuser_account("rdsadmin") && !is_superuser_account("postgres"));
    }

    #[test]
    fn the_query_has_the_same_superuser_roles() {
        let query = crate::queries::find("superuser_owned").unwrap();
        for (_, text) in query.variants {
            let start = text.find("rolname IN (").unwrap() + "rolname IN (".len();
            let list = text[start..].split(')').next().unwrap();
            let names: Vec<&str> = list.split(", ").map(|n| n.trim_matches('\'')).collect();
            assert_eq!(names, SUPERUSERS);
        }
    }
}
