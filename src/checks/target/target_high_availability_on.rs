//! The documented prerequisites require disabled high availability until the migration completes. Since 0.1.0.
//!
//! Audits of production servers require the opposite. This check only concerns the duration of the migration.

use crate::checks::{Check, CheckResult, Finding, Findings, Needs, Object, OfficialRule, Severity};
use crate::commands::quote;
use crate::facts::Facts;

pub const CHECK: Check = Check {
    id: "target-high-availability-on",
    title: "High availability is on in the target",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Target,
    mode: None,
    official: &[OfficialRule::Prerequisite("ha")],
    why: "The migration service asks for a target without a standby: high availability is to be turned on again \
          only when the migration is complete.",
    fix: "Turn high availability off now, and on again after the migration.",
    verify: "az postgres flexible-server show --resource-group <group> --name <name> --query highAvailability",
    link: "https://learn.microsoft.com/azure/postgresql/high-availability/how-to-configure-high-availability",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let server = facts.server.as_ref()?;
    let ha = server.high_availability.as_ref()?;
    let differs = |value: &Option<String>, off: &str| {
        value
            .as_deref()
            .is_some_and(|v| !v.eq_ignore_ascii_case(off))
    };
    if !differs(&ha.mode, "Disabled") && !differs(&ha.state, "NotEnabled") {
        return Ok(Findings::none());
    }
    let mode = ha.mode.as_deref().unwrap_or("not said");
    let state = ha.state.as_deref().unwrap_or("not said");
    Ok(Finding::new(
        Object::Server,
        format!("high availability is on: mode `{mode}`, state `{state}`"),
    )
    .with_evidence("mode", mode)
    .with_evidence("state", state)
    .with_fix(quote::disable_high_availability(&server.id))
    .into())
}
