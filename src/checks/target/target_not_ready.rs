//! A server that is stopped, updating or failed cannot be a migration target. Since 0.1.0.

use crate::checks::{Check, CheckResult, Finding, Findings, Needs, Object, OfficialRule, Severity};
use crate::commands::quote;
use crate::commands::step::StepOrder;
use crate::facts::Facts;

pub const CHECK: Check = Check {
    id: "target-not-ready",
    title: "The target is not ready",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Target,
    mode: None,
    official: &[OfficialRule::Prerequisite("target")],
    why: "A migration starts only on a server in state `Ready`, and every change below needs one as well.",
    fix: "Start the server, or wait until the running operation has ended.",
    verify: "az postgres flexible-server show --resource-group <group> --name <name> --query state",
    link: "https://learn.microsoft.com/azure/postgresql/configure-maintain/how-to-stop-server",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let server = facts.server.as_ref()?;
    let state = server.state.as_ref()?;
    if state.eq_ignore_ascii_case("Ready") {
        return Ok(Findings::none());
    }
    let finding = Finding::new(Object::Server, format!("the target's state is `{state}`"))
        .with_evidence("state", state);
    Ok(match state.to_ascii_lowercase().as_str() {
        "stopped" => finding
            .with_fix(quote::server_command(&server.id, "start", "").with_order(StepOrder::Start)),
        "stopping" | "starting" | "updating" | "restarting" | "provisioning" => finding.with_fix(
            quote::server_command(&server.id, "show", "--query state")
                .for_decision()
                .with_note("until it says Ready"),
        ),
        _ => finding,
    }
    .into())
}
