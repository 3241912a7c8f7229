//! A flexible server only creates extensions that `azure.extensions` lists. Offered extensions are not automatically on
//! that allowlist. Since 0.1.0.

use super::{installed, offer};
use crate::checks::{Check, Finding, Findings, Judged, Needs, Official, Severity, command};
use crate::facts::Facts;

pub const CHECK: Check = Check {
    id: "extension-not-allowed",
    title: "An extension is not in the target's allow-list",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Pair,
    mode: None,
    official: &[
        Official::Prerequisite("extensions"),
        Official::ServiceError(603108),
    ],
    why: "A flexible server creates no extension that its parameter `azure.extensions` does not list, and a new server's \
          list is empty.",
    fix: "Add the extension to `azure.extensions`; this needs no restart.",
    look: "az postgres flexible-server parameter show --resource-group <group> --server-name <name> --name azure.extensions",
    link: "https://learn.microsoft.com/azure/postgresql/extensions/how-to-allow-extensions",
    run,
};

fn run(facts: &Facts) -> Judged {
    let mut findings = Findings::none();
    let installed = installed(facts, &mut findings)?;
    if installed.is_empty() && findings.missing.is_empty() {
        return Ok(findings);
    }
    let server = facts.server.as_ref()?;
    let allowed = facts.configurations.as_ref()?.get("azure.extensions")?;
    let offer = offer(facts)?;
    let is_listed = |name: &str| allowed.members().any(|m| m.eq_ignore_ascii_case(name));
    let lacking: Vec<_> = installed
        .iter()
        .filter(|i| offer.has(&i.extension.name) && !is_listed(&i.extension.name))
        .collect();
    let list = with(
        allowed.members(),
        lacking.iter().map(|i| i.extension.name.as_str()),
    );
    for one in lacking {
        let message = format!(
            "`{}` is offered, but `azure.extensions` does not list it",
            one.extension.name
        );
        findings.push(
            Finding::new(one.object(), message)
                .evidence("azure.extensions", &allowed.value)
                .fix(command::set_parameter(
                    &server.id,
                    "azure.extensions",
                    &list,
                )),
        );
    }
    Ok(findings)
}

/// Returns the comma-separated list with the missing members added. Existing members stay, and one command serves all
/// findings.
pub(super) fn with<'a>(
    present: impl Iterator<Item = &'a str>,
    lacking: impl Iterator<Item = &'a str>,
) -> String {
    let mut list: Vec<&str> = present.collect();
    for name in lacking {
        if !list.iter().any(|l| l.eq_ignore_ascii_case(name)) {
            list.push(name);
        }
    }
    list.join(",")
}
