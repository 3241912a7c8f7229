//! A migration to a newer major version is an upgrade of the application's database. Since 0.1.0.

use crate::checks::{Check, CheckResult, Finding, Findings, Needs, Object, OfficialRule, Severity};
use crate::facts::Facts;
use crate::reference::release_notes;

pub const CHECK: Check = Check {
    id: "major-version-change",
    title: "The migration changes the major version",
    severity: Severity::Note,
    unknown: Severity::Note,
    needs: Needs::Pair,
    mode: None,
    official: &[OfficialRule::Prerequisite("release-notes")],
    why: "Each major version between the two breaks something; the documentation asks to review the release notes for \
          what this database and its applications use.",
    fix: "Read the list of incompatibilities in each release note named, and test the application on the target's major.",
    verify: "SHOW server_version",
    link: "https://www.postgresql.org/docs/release/",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let target = *facts.server.as_ref()?.version.as_ref()?;
    let source = facts.source_version()?;
    if source.major_label() == target.major_label() || target.major() < source.major() {
        return Ok(Findings::none());
    }
    let (from, to) = (source.major_label(), target.major_label());
    let finding = Finding::new(
        Object::Server,
        format!("the migration goes from PostgreSQL {from} to {to}"),
    );
    let with_notes = |finding: Finding, release: &release_notes::MajorRelease| {
        finding.with_row(
            release.name,
            format!("{} ({})", release.incompatibilities, release.notes_url()),
        )
    };
    Ok(release_notes::releases_between(source.num(), target.num())
        .fold(finding, with_notes)
        .into())
}
