//! Some extensions only work if their library is loaded at server start. Since 0.1.0.
//!
//! A value that waits for a restart counts as present: `target-restart-pending` reports the restart.

use super::extension_not_allowed::with_missing;
use super::{extension_offer, installed_extensions};
use crate::checks::{Check, CheckResult, Finding, Findings, Needs, OfficialRule, Severity};
use crate::commands::quote;
use crate::facts::Facts;
use crate::reference::extension_table as table;
use crate::reference::extension_table::Preload;

const PARAMETER: &str = "shared_preload_libraries";

pub const CHECK: Check = Check {
    id: "extension-not-preloaded",
    title: "An extension's library is not preloaded on the target",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Pair,
    mode: None,
    official: &[
        OfficialRule::Prerequisite("extensions"),
        OfficialRule::ServiceError(603109),
    ],
    why: "The extension works only when its library is loaded at server start, and creating it fails otherwise.",
    fix: "Add the library to `shared_preload_libraries` and restart the target.",
    verify: "az postgres flexible-server parameter show --resource-group <group> --server-name <name> --name \
           shared_preload_libraries",
    link: "https://learn.microsoft.com/azure/postgresql/extensions/how-to-load-libraries",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let mut findings = Findings::none();
    let installed = installed_extensions(facts, &mut findings)?;
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
    let offer = extension_offer(facts)?;
    let preloaded = facts.target_parameters.as_ref()?.get(PARAMETER)?;
    let is_loaded = |library: &str| preloaded.members().any(|m| m.eq_ignore_ascii_case(library));
    let not_loaded: Vec<_> = candidates
        .into_iter()
        .filter(|i| {
            offer.contains(&i.extension.name) && !is_loaded(table::library_name(&i.extension.name))
        })
        .collect();
    let list = with_missing(
        preloaded.members(),
        not_loaded
            .iter()
            .map(|i| table::library_name(&i.extension.name)),
    );
    for one in not_loaded {
        let library = table::library_name(&one.extension.name);
        let finding = Finding::new(
            one.object(),
            format!(
                "`{}` needs the library `{library}`, which `{PARAMETER}` does not name",
                one.extension.name
            ),
        )
        .with_evidence(PARAMETER, &preloaded.value);
        findings.push(if preloaded.allowed_values.allows(library) == Some(false) {
            finding.with_evidence("offered for preloading", "no")
        } else {
            finding
                .with_fix(quote::set_parameter(&server.id, PARAMETER, &list))
                .with_fix(quote::restart_server(&server.id))
        });
    }
    Ok(findings)
}
