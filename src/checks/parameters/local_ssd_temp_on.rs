//! Checks that temporary files on the local SSD are off during replay. Since 0.1.0.
//! The online migration prerequisites of every source type require this since 2025.

use crate::checks::{Check, CheckResult, Finding, Findings, Inconclusive, Needs, Object, Severity};
use crate::commands::quote;
use crate::config::MigrationMode;
use crate::facts::Facts;

const PARAMETER: &str = "azure.enable_temp_tablespaces_on_local_ssd";

pub const CHECK: Check = Check {
    id: "local-ssd-temp-on",
    title: "Temporary files of the target are on its local disk",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Target,
    mode: Some(MigrationMode::Online),
    official: &[],
    why: "The prerequisites of online migrations ask for `azure.enable_temp_tablespaces_on_local_ssd = off` until the \
          cutover: what is replayed may need more temporary space than the local disk has.",
    fix: "Turn it off for the time of the migration, and on again afterwards; no restart is needed.",
    verify: "az postgres flexible-server parameter show --resource-group <group> --server-name <name> --name \
           azure.enable_temp_tablespaces_on_local_ssd --query value",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/overview-migration-service-postgresql",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let configurations = facts.target_parameters.as_ref()?;
    let Some(parameter) = configurations.find(PARAMETER)? else {
        let why = format!("the target has no parameter `{PARAMETER}`");
        return Err(Inconclusive::not_applicable(why));
    };
    if parameter.value.eq_ignore_ascii_case("off") {
        return Ok(Findings::none());
    }
    let server = facts.server.as_ref()?;
    let message = format!("`{PARAMETER}` is `{}`", parameter.value);
    Ok(Finding::new(Object::parameter(PARAMETER), message)
        .with_evidence(PARAMETER, &parameter.value)
        .with_fix(quote::set_parameter(&server.id, PARAMETER, "off").temporary())
        .into())
}
