//! A changed static parameter has no effect until the server restarts. Since 0.1.0.

use crate::checks::{Check, CheckResult, Finding, Findings, Needs, Object, OfficialRule, Severity};
use crate::commands::quote;
use crate::facts::Facts;

pub const CHECK: Check = Check {
    id: "target-restart-pending",
    title: "A server parameter of the target waits for a restart",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Target,
    mode: None,
    official: &[
        OfficialRule::Prerequisite("parameters"),
        OfficialRule::ServiceError(603109),
    ],
    why: "The value that the portal shows is not the one that runs: until the restart the server works with the old one, \
          and a library that is to be preloaded is not loaded.",
    fix: "Restart the target once all its parameters are set.",
    verify: "az postgres flexible-server parameter list --resource-group <group> --server-name <name> --query \
           \"[?isConfigPendingRestart].{name:name,value:value}\" --output table",
    link: "https://learn.microsoft.com/azure/postgresql/server-parameters/how-to-server-parameters-list-all",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let configurations = facts.target_parameters.as_ref()?;
    let server = facts.server.as_ref()?;
    let mut findings = Findings::none();
    for configuration in configurations.iter() {
        let Some(parameter) = findings.require(configuration) else {
            continue;
        };
        if parameter.is_pending_restart {
            let message = format!(
                "`{}` is set to `{}` and waits for a restart",
                parameter.name, parameter.value
            );
            findings.push(
                Finding::new(Object::parameter(&parameter.name), message)
                    .with_evidence("value", &parameter.value)
                    .with_fix(quote::restart_server(&server.id)),
            );
        }
    }
    Ok(findings)
}
