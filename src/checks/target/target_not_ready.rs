//! A server that is stopped, updating or failed cannot be a migration target. Since 0.1.0.

use crate::checks::step::Turn;
use crate::checks::{Check, Finding, Findings, Judged, Needs, Official, Severity, command};
use crate::facts::Facts;

pub const CHECK: Check = Check {
    id: "target-not-ready",
    title: "The target is not ready",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Target,
    mode: None,
    official: &[Official::Prerequisite("target")],
    why: "A migration starts only on a server in state `Ready`, and every change below needs one as well.",
    fix: "Start the server, or wait until the running operation has ended.",
    look: "az postgres flexible-server show --resource-group <group> --name <name> --query state",
    link: "https://learn.microsoft.com/azure/postgresql/configure-maintain/how-to-stop-server",
    run,
};

fn run(facts: &Facts) -> Judged {
    let server = facts.server.as_ref()?;
    let state = server.state.as_ref()?;
    if state.eq_ignore_ascii_case("Ready") {
        return Ok(Findings::none());
    }
    let finding =
        Finding::new("server", format!("the target's state is `{state}`")).evidence("state", state);
    Ok(match state.to_ascii_lowercase().as_str() {
        "stopped" => finding.fix(command::server(&server.id, "start", "").turn(Turn::Start)),
        "stopping" | "starting" | "updating" | "restarting" | "provisioning" => finding.fix(
            command::server(&server.id, "show", "--query state")
                .by_person()
                .note("until it says Ready"),
        ),
        _ => finding,
    }
    .into())
}
