//! The rights of an auditor: the least that every check needs, as a script for psql and as a custom role of Azure.
//! What a query needs stands in its own header; which actions the questions to Azure need is held by a test.

use std::collections::BTreeSet;

use serde_json::json;

use crate::checks::command;
use crate::plan::SourceKind;
use crate::queries;
use crate::reference::providers;

/// Every action that a question to Azure needs. All of them read.
pub const ACTIONS: &[&str] = &[
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

/// Roles that would answer a question, and give far more: what they tell is better said by hand.
const TOO_MUCH: &[(&str, &str)] = &[(
    "pg_read_server_files",
    "processors and memory: say `--source-vcores` and `--source-memory-gib` instead",
)];

/// A script for psql. It can be run twice, and on every version: roles that a server does not have are left out.
pub fn script(role: &str, kind: SourceKind, databases: &[String]) -> String {
    let name = command::literal(role);
    let memberships: Vec<String> = memberships().map(command::literal).collect();
    let left_out: Vec<String> = TOO_MUCH
        .iter()
        .map(|(role, what)| {
            format!("-- Left out: {role}, as it shows every file of the server. {what}.\n")
        })
        .collect();
    format!(
        "-- What the role {} needs to audit a source of kind {kind}, and no more. Run with psql as {}.\n\
         -- It reads catalogs and statistics, and no row of any user's table.\n\
         SELECT format('GRANT %I TO %I', rolname, {name})\n\
         FROM pg_roles WHERE rolname IN ({})\n\
         \\gexec\n\
         SELECT format('GRANT CONNECT ON DATABASE %I TO %I', datname, {name})\n\
         FROM pg_database WHERE datallowconn AND NOT datistemplate{}\n\
         \\gexec\n\
         -- Left out: passwords' kinds, which only a superuser can see.\n{}",
        visible_in_a_comment(role),
        administrator(kind),
        memberships.join(", "),
        chosen(databases),
        left_out.concat()
    )
}

/// The predefined roles that the queries name. PostgreSQL has them since version 10.
fn memberships() -> impl Iterator<Item = &'static str> {
    let all: BTreeSet<&str> = queries::ALL
        .iter()
        .filter_map(queries::Query::membership)
        .collect();
    let too_much = |role: &&str| TOO_MUCH.iter().any(|(name, _)| name == role);
    all.into_iter().filter(move |role| !too_much(role))
}

fn chosen(databases: &[String]) -> String {
    let list = |names: Vec<String>| names.join(", ");
    if databases.is_empty() {
        let built_in = providers::built_in_databases();
        return format!(
            " AND datname NOT IN ({})",
            list(built_in.map(command::literal).collect())
        );
    }
    let named = databases.iter().map(String::as_str).chain(["postgres"]);
    format!(
        " AND datname IN ({})",
        list(named.map(command::literal).collect())
    )
}

/// A name with a line break in it would end the comment.
fn visible_in_a_comment(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).collect()
}

fn administrator(kind: SourceKind) -> &'static str {
    use SourceKind::*;
    match kind {
        Aws | AwsRds | AwsAurora => "a member of rds_superuser",
        GcpCloudSql => "a member of cloudsqlsuperuser",
        GcpAlloyDb => "a member of alloydbsuperuser",
        PostgresqlSingleServer | PostgresqlFlexibleServer => "a member of azure_pg_admin",
        kind if !kind.is_managed() => "a superuser",
        _ => "the administrator that the provider gave you",
    }
}

/// A custom role of Azure, as `az role definition create --role-definition` takes it.
pub fn azure_role(subscription: Option<&str>) -> String {
    let scope = format!(
        "/subscriptions/{}",
        subscription.unwrap_or("<subscription>")
    );
    let role = json!({
        "Name": "flexready auditor",
        "IsCustom": true,
        "Description": "Reads what flexready asks of a flexible server, and nothing else.",
        "Actions": ACTIONS,
        "NotActions": [],
        "AssignableScopes": [scope],
    });
    let text = serde_json::to_string_pretty(&role).expect("a role is plain data");
    format!("{text}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_in_its_quotes() {
        let text = script("o'brien\nDROP", SourceKind::AwsRds, &["a'b".to_owned()]);
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

    #[test]
    fn only_reading_roles_are_granted() {
        let all: Vec<&str> = memberships().collect();
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
