//! A dump contains `CREATE EXTENSION` without a version, so the target installs its own version. Since 0.1.0.
//!
//! Rules: PostGIS newer than 3.2.3 (error 603406), pg_partman 4 to 5 and TimescaleDB versions (extensions page,
//! 2025-07-21). Versions are compared by their numbers. The target's versions are from the documented table.

use super::{SelectedExtension, extension_offer, installed_extensions};
use crate::checks::{Check, CheckResult, Finding, Findings, Needs, OfficialRule, Severity};
use crate::facts::{Facts, Missing};
use crate::reference::extension_table as table;

pub const CHECK: Check = Check {
    id: "extension-version-breaks",
    title: "An extension's version on the target breaks what the source has",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Pair,
    mode: None,
    official: &[OfficialRule::ServiceError(603406)],
    why: "A dump names no version of an extension, so the target creates the one that it has. Where that one is older, or \
          keeps its own tables in another form, the copy fails or the application misses something.",
    fix: "Choose a target major whose version fits, or bring the source's extension to that version first.",
    verify: "SELECT extname, extversion FROM pg_extension",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/concepts-migration-extensions",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let mut findings = Findings::none();
    let installed = installed_extensions(facts, &mut findings)?;
    if installed.is_empty() {
        return Ok(findings);
    }
    let major = facts.server.as_ref()?.version.as_ref()?.major();
    if !table::has_major(major) {
        return Err(Missing::not_specified(
            format!("nothing tells the extensions' versions on PostgreSQL {major}"),
            "run again with a newer version of the tool",
        )
        .into());
    }
    let offer = extension_offer(facts)?;
    for one in installed
        .iter()
        .filter(|i| offer.contains(&i.extension.name))
    {
        let version = table::find(&one.extension.name).and_then(|e| e.version_on(major));
        if let Some(target) = version.filter(|v| !v.is_empty()) {
            findings.items.extend(compare_versions(one, target, major));
        }
    }
    Ok(findings)
}

fn compare_versions(installed: &SelectedExtension, target: &str, major: u32) -> Option<Finding> {
    let (name, source) = (
        installed.extension.name.as_str(),
        installed.extension.version.as_str(),
    );
    let (from, to) = (version_numbers(source), version_numbers(target));
    let is_postgis = name.starts_with("postgis") || name.starts_with("address_standardizer");
    let (severity, consequence) = if name == "pg_partman" && from < vec![5] && to >= vec![5] {
        let lost =
            "version 5 keeps its configuration in another form and has no trigger-based partitions";
        (Severity::Blocker, lost)
    } else if is_postgis && to == version_numbers("3.2.3") && from > to {
        (
            Severity::Blocker,
            "the migration service stops at this pair",
        )
    } else if name == "timescaledb" && from != to {
        let both = "TimescaleDB's own tables fit one version alone";
        (Severity::Warning, both)
    } else if from > to {
        let lost = "what only the newer version has is missing there";
        (Severity::Note, lost)
    } else {
        return None;
    };
    let message = format!(
        "`{name}` is {source} on the source, PostgreSQL {major} on the target has {target}: {consequence}"
    );
    Some(
        Finding::new(installed.object(), message)
            .with_severity(severity)
            .with_evidence("source", source)
            .with_evidence("target", target)
            .with_evidence(
                "target known from",
                format!("the documentation's table of {}", table::AS_OF),
            ),
    )
}

/// Returns the numbers of a version without trailing zeros: `3.6.0` becomes `3.6`. Text ends the version: `3.4.0dev`
/// becomes `3.4`.
fn version_numbers(version: &str) -> Vec<u32> {
    let mut all: Vec<u32> = version
        .split(['.', '-', '_'])
        .map_while(|part| {
            let digits = part.len() - part.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            part[..digits].parse().ok()
        })
        .collect();
    while all.last() == Some(&0) {
        all.pop();
    }
    all
}

#[cfg(test)]
mod tests {
    use super::version_numbers;

    #[test]
    fn versions_are_compared_by_number() {
        assert!(version_numbers("4.11") > version_numbers("4.9"));
        assert!(version_numbers("3.10.0") > version_numbers("3.2.3"));
        assert_eq!(version_numbers("3.6"), version_numbers("3.6.0"));
        assert_eq!(version_numbers("1.4-1"), [1, 4, 1]);
        assert_eq!(version_numbers("2.5.5dev"), [2, 5, 5]);
        assert!(version_numbers("unpackaged").is_empty());
    }
}
