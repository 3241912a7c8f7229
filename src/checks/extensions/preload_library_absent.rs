//! Preloaded libraries of the source that Azure does not offer for preloading. Since 0.1.0.
//!
//! Libraries of installed extensions belong to the extension checks. Libraries of the source's provider are ignored.

use super::installed_extensions;
use crate::checks::{Check, CheckResult, Finding, Findings, Needs, Object, OfficialRule, Severity};
use crate::facts::Facts;
use crate::reference::{extension_table as table, providers};

const PARAMETER: &str = "shared_preload_libraries";

pub const CHECK: Check = Check {
    id: "preload-library-absent",
    title: "A library that the source preloads is not offered on the target",
    severity: Severity::Warning,
    unknown: Severity::Note,
    needs: Needs::Pair,
    mode: None,
    official: &[OfficialRule::Prerequisite("parameters")],
    why: "Such a library checks passwords, logs plans or audits without being an extension of any database, so nothing \
          else shows that it is missing on the target.",
    fix: "Find out what the library is for, and what stands in for it on a flexible server.",
    verify: "SHOW shared_preload_libraries",
    link: "https://learn.microsoft.com/azure/postgresql/extensions/how-to-load-libraries",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let libraries = facts.source_parameters.as_ref()?.preloaded_libraries()?;
    let mut findings = Findings::none();
    let installed = installed_extensions(facts, &mut findings)?;
    let is_extensions = |library: &str| {
        installed.iter().any(|i| {
            i.extension.name == library || table::library_name(&i.extension.name) == library
        })
    };
    let foreign: Vec<&String> = libraries
        .iter()
        .filter(|l| !providers::is_provider_library(l) && !is_extensions(l))
        .collect();
    if foreign.is_empty() {
        // No library is left to look up, so unknown extensions do not matter.
        return Ok(Findings::none());
    }
    let configurations = facts.target_parameters.as_ref()?;
    let allowed = &configurations.get(PARAMETER)?.allowed_values;
    let mut absent = Vec::new();
    for library in foreign {
        match allowed.allows(library) {
            Some(true) => {}
            Some(false) => absent.push(library.as_str()),
            None => {
                let reason = format!("what `{PARAMETER}` may be set to has no known form");
                findings.add_missing(&configurations.unreadable(reason));
            }
        }
    }
    if !absent.is_empty() {
        let list: Vec<String> = absent.iter().map(|l| format!("`{l}`")).collect();
        let message = format!(
            "the source preloads {}, which the target does not offer",
            list.join(", ")
        );
        findings.push(
            Finding::new(Object::parameter(PARAMETER), message)
                .with_evidence("source", libraries.join(","))
                .with_evidence("offered", allowed.describe()),
        );
    }
    Ok(findings)
}
