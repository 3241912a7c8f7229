//! Creating a migration needs more permissions than reading. Since 0.1.0.
//!
//! List of permissions:
//! <https://learn.microsoft.com/azure/postgresql/migrate/migration-service/concepts-required-user-permissions>

use crate::checks::{Check, CheckResult, Finding, Findings, Needs, Object, Severity};
use crate::commands::quote;
use crate::facts::Facts;

pub const CHECK: Check = Check {
    id: "target-identity-lacks-rights",
    title: "The signed-in identity may not create a migration",
    severity: Severity::Warning,
    unknown: Severity::Note,
    needs: Needs::Target,
    mode: None,
    official: &[],
    why: "Creating a migration asks for more than reading. An auditor who only reads needs none of it: this is for the \
          identity that will migrate.",
    fix: "Give whoever migrates the role Contributor on the target, or a custom role with the actions that are missing.",
    verify: "az rest --method get --url \"<server id>/providers/Microsoft.Authorization/permissions?api-version=2022-04-01\"",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/concepts-required-user-permissions",
    run,
};

/// The actions that creating a migration needs on the target and its resource group, as of 2025-07-21. Actions on the
/// group are inherited, so they are also visible at the target's scope.
const REQUIRED_ACTIONS: &[&str] = &[
    "Microsoft.DBforPostgreSQL/flexibleServers/read",
    "Microsoft.DBforPostgreSQL/flexibleServers/databases/read",
    "Microsoft.DBforPostgreSQL/flexibleServers/configurations/read",
    "Microsoft.DBforPostgreSQL/flexibleServers/checkMigrationNameAvailability/action",
    "Microsoft.DBforPostgreSQL/flexibleServers/testConnectivity/action",
    "Microsoft.DBforPostgreSQL/flexibleServers/getSourceDatabaseList/action",
    "Microsoft.DBforPostgreSQL/flexibleServers/migrations/read",
    "Microsoft.DBforPostgreSQL/flexibleServers/migrations/write",
    "Microsoft.DBforPostgreSQL/flexibleServers/migrations/delete",
    "Microsoft.Resources/subscriptions/resourceGroups/read",
    "Microsoft.Resources/subscriptions/resourceGroups/resources/read",
    "Microsoft.Resources/subscriptions/resourceGroups/deployments/read",
    "Microsoft.Resources/deployments/read",
];

fn run(facts: &Facts) -> CheckResult {
    let server = facts.server.as_ref()?;
    let permissions = facts.service.as_ref()?.permissions.as_ref()?;
    let missing_actions: Vec<&str> = REQUIRED_ACTIONS
        .iter()
        .copied()
        .filter(|action| !permissions.allows(action))
        .collect();
    if missing_actions.is_empty() {
        return Ok(Findings::none());
    }
    let message = format!(
        "the identity that asks lacks {} of the {} actions that creating a migration needs, `{}` among them",
        missing_actions.len(),
        REQUIRED_ACTIONS.len(),
        missing_actions
            .iter()
            .find(|a| a.ends_with("migrations/write"))
            .unwrap_or(&missing_actions[0])
    );
    let scope = quote::quote_bash(&server.id.path());
    let grant = format!(
        "az role assignment create --role Contributor --scope {scope} --assignee \"$(az ad signed-in-user show --query id --output tsv)\""
    );
    let finding = Finding::new(Object::Server, message)
        .with_evidence("lacks", missing_actions.join(", "))
        .with_fix(quote::az_step(grant).for_decision());
    Ok(if facts.migration.identity_migrates {
        finding
    } else {
        finding.with_severity(Severity::Note)
    }
    .into())
}
