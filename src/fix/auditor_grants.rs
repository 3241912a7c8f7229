//! Generates the least privileges that all checks need: a psql script and a custom Azure role.
//! The privilege of a query is in its own header. A test verifies the Azure actions.

use std::collections::BTreeSet;

use serde_json::json;

use crate::commands::quote;
use crate::config::SourceKind;
use crate::queries;
use crate::reference::providers;

/// Every Azure action that an ARM question needs. All are read actions.
pub const REQUIRED_ACTIONS: &[&str] = &[
    "Microsoft.Authorization/locks/read",
    "Microsoft.Authorization/permissions/read",
    "Microsoft.DBforPostgreSQL/flexibleServers/administrators/read",
    "Microsoft.DBforPostgreSQL/flexibleServers/configurations/read",
    "Microsoft.DBforPostgreSQL/flexibleServers/databases/read",
    "Microsoft.DBforPostgreSQL/flexibleServers/firewallRules/read",
    "Microsoft.DBforPostgreSQL/flexibleServers/maintenanceEvents/read",
    "Microsoft.DBforPostgreSQL/flexibleServers/migrations/read",
    "Microsoft.DBforPostgreSQL/flexibleServers/read",
    "Microsoft.DBforPostgreSQL/flexibleServers/replicas/read",
    "Microsoft.DBforPostgreSQL/locations/capabilities/read",
    "Microsoft.Network/networkSecurityGroups/read",
    "Microsoft.Network/privateDnsZones/A/read",
    "Microsoft.Network/privateDnsZones/read",
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks/read",
    "Microsoft.Network/privateEndpoints/privateDnsZoneGroups/read",
    "Microsoft.Network/privateEndpoints/read",
    "Microsoft.Network/routeTables/read",
    "Microsoft.Network/virtualNetworks/read",
];

/// Predefined roles that a query needs but that grant too much. Options replace the results of these queries.
const EXCESSIVE_ROLES: &[&str] = &["pg_read_server_files"];

/// Privileges that the script does not grant: the query that fails without it, and the description.
const OMITTED_PRIVILEGES: &[(&str, &str)] = &[
    (
        "role_passwords",
        "the kinds of passwords, which only a superuser can see",
    ),
    (
        "cron_jobs",
        "the jobs that other roles have in pg_cron, which only SUPERUSER or BYPASSRLS shows",
    ),
    (
        "host",
        "pg_read_server_files, which shows every file of the server; say `--source-vcores` and `--source-memory-gib` instead",
    ),
];

/// Returns the psql script. It can run repeatedly and on every version, because it skips roles that do not exist.
pub fn psql_script(role: &str, kind: SourceKind, databases: &[String]) -> String {
    let name = quote::quote_literal(role);
    let memberships: Vec<String> = required_memberships().map(quote::quote_literal).collect();
    let left_out = OMITTED_PRIVILEGES.iter();
    let left_out = left_out.map(|(_, what)| format!("-- Left out: {what}.\n"));
    let left_out: String = left_out.chain(hba_grants_comment(role, kind)).collect();
    format!(
        "-- What the role {} needs to audit a source of kind {kind}, and no more. Run with psql as {}.\n\
         -- It reads catalogs and statistics, and no row of any user's table. What is left out is named at the end.\n\
         SELECT format('GRANT %I TO %I', rolname, {name})\n\
         FROM pg_roles WHERE rolname IN ({})\n\
         \\gexec\n\
         SELECT format('GRANT CONNECT ON DATABASE %I TO %I', datname, {name})\n\
         FROM pg_database WHERE datallowconn AND NOT datistemplate{}\n\
         \\gexec\n\
         {left_out}",
        strip_control_characters(role),
        administrator_description(kind),
        memberships.join(", "),
        database_filter(databases),
    )
}

/// Returns a comment with the optional grants for the query `hba`.
/// Returns `None` for managed sources, where the query is not run.
fn hba_grants_comment(role: &str, kind: SourceKind) -> Option<String> {
    let name = strip_control_characters(&quote::quote_identifier(role));
    let statements = format!(
        "-- Left out: the lines of pg_hba.conf, whose options may hold passwords. Without them, source-hba-rejects-target is not\n\
         -- answered. To have it answered, run as a superuser, in a database that does not migrate, such as `postgres` (in one that\n\
         -- does, these would stop its restore: system-catalog-grants), and let `--source` name that one (10 and newer):\n\
         --   GRANT EXECUTE ON FUNCTION pg_catalog.pg_hba_file_rules() TO {name};\n\
         --   GRANT SELECT ON pg_catalog.pg_hba_file_rules TO {name};\n"
    );
    (!kind.is_managed()).then_some(statements)
}

/// Returns the psql script, followed by the Azure role in a comment. The whole text is a valid psql script.
pub fn combined_script(
    role: &str,
    kind: SourceKind,
    databases: &[String],
    subscription: Option<&str>,
) -> String {
    format!(
        "{}\n/* For Azure: `flexready grants --role NAME --only target > role.json` prints the custom role below, ready to use\n   \
         (say `--target` too, for its subscription). Then, with the identity that will ask:\n   \
         az role definition create --role-definition role.json\n   \
         az role assignment create --assignee IDENTITY --role {} --scope {}\n\n{}*/\n",
        psql_script(role, kind, databases),
        quote::quote_bash(AZURE_ROLE_NAME),
        quote::quote_bash(&assignable_scope(subscription)),
        azure_role_definition(subscription)
    )
}

/// Returns the predefined roles that the queries need. PostgreSQL has them since version 10.
fn required_memberships() -> impl Iterator<Item = &'static str> {
    let all: BTreeSet<&str> = queries::ALL
        .iter()
        .filter_map(queries::Query::required_membership)
        .collect();
    all.into_iter()
        .filter(|role| !EXCESSIVE_ROLES.contains(role))
}

fn database_filter(databases: &[String]) -> String {
    let list = |names: Vec<String>| names.join(", ");
    if databases.is_empty() {
        let built_in = providers::built_in_databases();
        return format!(
            " AND datname NOT IN ({})",
            list(built_in.map(quote::quote_literal).collect())
        );
    }
    let named = databases.iter().map(String::as_str).chain(["postgres"]);
    format!(
        " AND datname IN ({})",
        list(named.map(quote::quote_literal).collect())
    )
}

/// Removes control characters from a name, because a line break would end the comment.
fn strip_control_characters(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).collect()
}

fn administrator_description(kind: SourceKind) -> &'static str {
    use crate::config::SourceKind::*;
    match kind {
        Aws | AwsRds | AwsAurora => "a member of rds_superuser",
        GcpCloudSql => "a member of cloudsqlsuperuser",
        GcpAlloyDb => "a member of alloydbsuperuser",
        PostgresqlSingleServer | PostgresqlFlexibleServer => "a member of azure_pg_admin",
        kind if !kind.is_managed() => "a superuser",
        _ => "the administrator that the provider gave you",
    }
}

/// The name of the custom Azure role.
const AZURE_ROLE_NAME: &str = "flexready auditor";

/// Returns the scope in which the custom role can be assigned.
fn assignable_scope(subscription: Option<&str>) -> String {
    format!(
        "/subscriptions/{}",
        subscription.unwrap_or("<subscription>")
    )
}

/// Returns the custom Azure role as JSON, in the format of `az role definition create --role-definition`.
pub fn azure_role_definition(subscription: Option<&str>) -> String {
    let role = json!({
        "Name": AZURE_ROLE_NAME,
        "IsCustom": true,
        "Description": "Reads what flexready asks of a flexible server, and nothing else.",
        "Actions": REQUIRED_ACTIONS,
        "NotActions": [],
        "AssignableScopes": [assignable_scope(subscription)],
    });
    let text = serde_json::to_string_pretty(&role).expect("a role is plain data");
    format!("{text}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn role_and_database_names_are_quoted() {
        let text = psql_script("o'brien\nDROP", SourceKind::AwsRds, &["a'b".to_owned()]);
        assert!(
            text.contains("'o''brien\nDROP'") && text.contains("datname IN ('a''b', 'postgres')"),
            "{text}"
        );
        assert!(
            text.lines()
                .next()
                .is_some_and(|l| l.contains("o'brienDROP") && l.contains("rds_superuser"))
        );
    }

    /// Every privilege that a query needs is granted, optional, or listed as omitted.
    #[test]
    fn every_omitted_privilege_is_listed() {
        let granted: Vec<&str> = required_memberships().collect();
        let text = psql_script("auditor", SourceKind::OnPremises, &[]);
        for query in queries::ALL {
            let needs = query.header("privilege").unwrap_or_default();
            let is_given = needs == "none"
                || needs.starts_with("CONNECT on the database")
                || query
                    .required_membership()
                    .is_some_and(|role| granted.contains(&role));
            let is_named = OMITTED_PRIVILEGES
                .iter()
                .any(|(name, _)| *name == query.name);
            let is_offered = query.name == "hba"
                && text.contains("GRANT SELECT ON pg_catalog.pg_hba_file_rules TO \"auditor\";");
            assert!(
                is_given != (is_named || is_offered),
                "{} needs {needs}",
                query.name
            );
        }
        let managed = psql_script("auditor", SourceKind::AwsRds, &[]);
        assert!(!managed.contains("pg_hba"), "{managed}");
    }

    #[test]
    fn the_azure_role_is_also_assigned() {
        let text = combined_script("a*/b", SourceKind::OnPremises, &[], Some("1-2"));
        let (_, azure) = text.split_once("/*").expect("a comment");
        assert!(azure.contains("--role 'flexready auditor' --scope /subscriptions/1-2\n"));
        assert!(azure.contains("--only target > role.json"));
        assert_eq!(azure.matches("*/").count(), 1, "{azure}");
    }

    #[test]
    fn only_read_only_roles_are_granted() {
        let all: Vec<&str> = required_memberships().collect();
        assert!(all.contains(&"pg_read_all_settings") && all.contains(&"pg_read_all_stats"));
        let mild = [
            "pg_monitor",
            "pg_read_all_settings",
            "pg_read_all_stats",
            "pg_stat_scan_tables",
        ];
        assert!(all.iter().all(|role| mild.contains(role)), "{all:?}");
    }
}
