//! An extension that the target does not offer cannot be created there, nor anything that depends on it. Since 0.1.0.
//!
//! `language-not-available` checks extensions that provide a procedural language.

use super::{SelectedExtension, extension_offer, installed_extensions};
use crate::checks::{
    Check, CheckResult, Finding, Findings, FixStep, Needs, OfficialRule, Severity,
};
use crate::commands::quote;
use crate::facts::Facts;
use crate::reference::providers;

pub const CHECK: Check = Check {
    id: "extension-not-supported",
    title: "An extension is not offered on the target",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Pair,
    mode: None,
    official: &[
        OfficialRule::Prerequisite("extensions"),
        OfficialRule::ServiceError(603405),
        OfficialRule::ServiceError(603408),
        OfficialRule::AzureMigrate("extensions"),
    ],
    why: "The extension cannot be created on the target, and every column, index or function that needs it fails with it.",
    fix: "Drop the extension on the source if nothing needs it; else replace what needs it, or choose a target major that \
          offers it.",
    verify: "SELECT extname, extversion FROM pg_extension",
    link: "https://learn.microsoft.com/azure/postgresql/extensions/concepts-extensions-versions",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let mut findings = Findings::none();
    let installed = installed_extensions(facts, &mut findings)?;
    let offer = extension_offer(facts)?;
    let is_missing =
        |i: &&SelectedExtension| !i.extension.brings_language && !offer.contains(&i.extension.name);
    for one in installed.iter().filter(is_missing) {
        findings.push(finding(one, &offer.basis()));
    }
    Ok(findings)
}

fn finding(installed: &SelectedExtension, basis: &str) -> Finding {
    let extension = installed.extension;
    let drop = format!(
        "DROP EXTENSION {}",
        quote::quote_identifier(&extension.name)
    );
    let unneeded = extension.dependents == 0;
    let use_of_it = match extension.dependents {
        0 => "nothing outside it needs it".to_owned(),
        1 => "one object outside it needs it".to_owned(),
        n => format!("{n} objects outside it need it"),
    };
    let message = format!(
        "`{}` {} is not in {basis}; {use_of_it}",
        extension.name, extension.version
    );
    let mut finding = Finding::new(installed.object(), message)
        .with_evidence("version", &extension.version)
        .with_evidence("dependents", extension.dependents);
    if unneeded {
        finding = finding.with_fix(FixStep::sql_in(installed.database, drop));
    }
    if unneeded && providers::is_auto_installed(&extension.name) {
        finding = finding.with_severity(Severity::Warning);
    }
    finding
}
