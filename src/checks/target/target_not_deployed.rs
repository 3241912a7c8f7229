//! The migration service does not create its target. Since 0.1.0.

use crate::checks::{Check, CheckResult, Finding, Findings, Needs, Object, OfficialRule, Severity};
use crate::facts::{Facts, Missing};

pub const CHECK: Check = Check {
    id: "target-not-deployed",
    title: "There is no such flexible server",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Target,
    mode: None,
    official: &[OfficialRule::Prerequisite("target")],
    why: "The migration service copies into a flexible server that exists; it creates none.",
    fix: "Create the flexible server, or correct the target's resource id.",
    verify: "az postgres flexible-server list --output table",
    link: "https://learn.microsoft.com/azure/postgresql/configure-maintain/quickstart-create-server",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    match &facts.server {
        Ok(_) => Ok(Findings::none()),
        Err(missing) if missing.is_absent_target() => Ok(absent_finding(facts, missing).into()),
        Err(missing) => Err(missing.into()),
    }
}

fn absent_finding(facts: &Facts, missing: &Missing) -> Finding {
    let id = facts.migration.target.as_ref().map(|t| &t.id);
    let name = id.map_or("", |id| id.name.as_str());
    let message = match missing.reason.as_str() {
        r if r.contains("SubscriptionNotFound") => {
            "the identity that asks sees no such subscription: it may not exist, or belong to another tenant".to_owned()
        }
        r if r.contains("ResourceGroupNotFound") => {
            let group = id.map_or("", |id| id.resource_group.as_str());
            format!("the subscription has no resource group `{group}`")
        }
        _ => format!("the resource group has no flexible server `{name}`"),
    };
    Finding::new(Object::Server, message).with_evidence("answer", &missing.reason)
}
