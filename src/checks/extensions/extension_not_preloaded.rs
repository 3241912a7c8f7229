//! Some extensions only work if their library is loaded at server start. Since 0.1.0.
//!
//! A value that waits for a restart counts as present: `target-restart-pending` reports the restart.

use super::extension_not_allowed::with;
use super::{installed, offer};
use crate::checks::{Check, Finding, Findings, Judged, Needs, Official, Severity, command};
use crate::facts::Facts;
use crate::reference::extensions::{self as table, Preload};

const PARAMETER: &str = "shared_preload_libraries";

pub const CHECK: Check = Check {
    id: "extension-not-preloaded",
    title: "An extension's library is not preloaded on the target",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Pair,
    mode: None,
    official: &[
        Official::Prerequisite("extensions"),
        Official::ServiceError(603109),
    ],
    why: "The extension works only when its library is loaded at server start, and creating it fails otherwise.",
    fix: "Add the library to `shared_preload_libraries` and restart the target.",
    look: "az postgres flexible-server parameter show --resource-group <group> --server-name <name> --name \
           shared_preload_libraries",
    link: "https://learn.microsoft.com/azure/postgresql/extensions/how-to-load-libraries",
    run,
};

fn run(facts: &Facts) -> Judged {
    let mut findings = Findings::none();
    let installed = installed(facts, &mut findings)?;
    let needs_library =
        |name: &str| table::find(name).is_some_and(|e| e.preload == Preload::Needed);
    let candidates: Vec<_> = installed
        .iter()
        .filter(|i| needs_library(&i.extension.name))
        .collect();
    if candidates.is_empty() {
        return Ok(findings);
    }
    let server = facts.server.as_ref()?;
    let offer = offer(facts)?;
    let preloaded = facts.configurations.as_ref()?.get(PARAMETER)?;
    let is_loaded = |library: &str| preloaded.members().any(|m| m.eq_ignore_ascii_case(library));
    let lacking: Vec<_> = candidates
        .into_iter()
        .filter(|i| offer.has(&i.extension.name) && !is_loaded(table::library(&i.extension.name)))
        .collect();
    let list = with(
        preloaded.members(),
        lacking.iter().map(|i| table::library(&i.extension.name)),
    );
    for one in lacking {
        let library = table::library(&one.extension.name);
        let finding = Finding::new(
            one.object(),
            format!(
                "`{}` needs the library `{library}`, which `{PARAMETER}` does not name",
                one.extension.name
            ),
        )
        .evidence(PARAMETER, &preloaded.value);
        findings.push(if preloaded.allowed.admits(library) == Some(false) {
            finding.evidence("offered for preloading", "no")
        } else {
            finding
                .fix(command::set_parameter(&server.id, PARAMETER, &list))
                .fix(command::restart(&server.id))
        });
    }
    Ok(findings)
}
