//! Checks that temporary files on the local SSD are off during replay. Since 0.1.0.
//! The online migration prerequisites of every source type require this since 2025.

use crate::checks::{Check, Finding, Findings, Judged, Needs, Severity, Unanswered, command};
use crate::facts::Facts;
use crate::plan::Mode;

const NAME: &str = "azure.enable_temp_tablespaces_on_local_ssd";

pub const CHECK: Check = Check {
    id: "local-ssd-temp-on",
    title: "Temporary files of the target are on its local disk",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Target,
    mode: Some(Mode::Online),
    official: &[],
    why: "The prerequisites of online migrations ask for `azure.enable_temp_tablespaces_on_local_ssd = off` until the \
          cutover: what is replayed may need more temporary space than the local disk has.",
    fix: "Turn it off for the time of the migration, and on again afterwards; no restart is needed.",
    look: "az postgres flexible-server parameter show --resource-group <group> --server-name <name> --name \
           azure.enable_temp_tablespaces_on_local_ssd --query value",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/overview-migration-service-postgresql",
    run,
};

fn run(facts: &Facts) -> Judged {
    let configurations = facts.configurations.as_ref()?;
    let Some(parameter) = configurations.find(NAME)? else {
        let why = format!("the target has no parameter `{NAME}`");
        return Err(Unanswered::not_applicable(why));
    };
    if parameter.value.eq_ignore_ascii_case("off") {
        return Ok(Findings::none());
    }
    let server = facts.server.as_ref()?;
    let message = format!("`{NAME}` is `{}`", parameter.value);
    Ok(Finding::new(format!("parameter/{NAME}"), message)
        .evidence(NAME, &parameter.value)
        .fix(command::set_parameter(&server.id, NAME, "off").temporary())
        .into())
}
