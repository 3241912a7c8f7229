//! A flexible server only creates extensions that `azure.extensions` lists. Offered extensions are not automatically on
//! that allowlist. Since 0.1.0.

use super::{extension_offer, installed_extensions};
use crate::checks::{Check, CheckResult, Finding, Findings, Needs, OfficialRule, Severity};
use crate::commands::quote;
use crate::facts::Facts;

pub const CHECK: Check = Check {
    id: "extension-not-allowed",
    title: "An extension is not in the target's allow-list",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Pair,
    mode: None,
    official: &[
        OfficialRule::Prerequisite("extensions"),
        OfficialRule::ServiceError(603108),
    ],
    why: "A flexible server creates no extension that its parameter `azure.extensions` does not list, and a new server's \
          list is empty.",
    fix: "Add the extension to `azure.extensions`; this needs no restart.",
    verify: "az postgres flexible-server parameter show --resource-group <group> --server-name <name> --name azure.extensions",
    link: "https://learn.microsoft.com/azure/postgresql/extensions/how-to-allow-extensions",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let mut findings = Findings::none();
    let installed = installed_extensions(facts, &mut findings)?;
    if installed.is_empty() && findings.missing.is_empty() {
        return Ok(findings);
    }
    let server = facts.server.as_ref()?;
    let allowed = facts.target_parameters.as_ref()?.get("azure.extensions")?;
    let offer = extension_offer(facts)?;
    let is_listed = |name: &str| allowed.members().any(|m| m.eq_ignore_ascii_case(name));
    let unlisted: Vec<_> = installed
        .iter()
        .filter(|i| offer.contains(&i.extension.name) && !is_listed(&i.extension.name))
        .collect();
    let list = with_missing(
        allowed.members(),
        unlisted.iter().map(|i| i.extension.name.as_str()),
    );
    for one in unlisted {
        let message = format!(
            "`{}` is offered, but `azure.extensions` does not list it",
            one.extension.name
        );
        findings.push(
            Finding::new(one.object(), message)
                .with_evidence("azure.extensions", &allowed.value)
                .with_fix(quote::set_parameter(&server.id, "azure.extensions", &list)),
        );
    }
    Ok(findings)
}

/// Returns the comma-separated list with the missing members added. Existing members stay, and one command serves all
/// findings.
pub(super) fn with_missing<'a>(
    present: impl Iterator<Item = &'a str>,
    missing: impl Iterator<Item = &'a str>,
) -> String {
    let mut list: Vec<&str> = present.collect();
    for name in missing {
        if !list.iter().any(|l| l.eq_ignore_ascii_case(name)) {
            list.push(name);
        }
    }
    list.join(",")
}
