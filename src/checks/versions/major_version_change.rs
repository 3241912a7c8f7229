//! A migration to a newer major version is an upgrade of the application's database. Since 0.1.0.

use crate::checks::{Check, Finding, Findings, Judged, Needs, Official, Severity};
use crate::facts::Facts;
use crate::reference::release_notes;

pub const CHECK: Check = Check {
    id: "major-version-change",
    title: "The migration changes the major version",
    severity: Severity::Note,
    unknown: Severity::Note,
    needs: Needs::Pair,
    mode: None,
    official: &[Official::Prerequisite("release-notes")],
    why: "Each major version between the two breaks something; the documentation asks to review the release notes for \
          what this database and its applications use.",
    fix: "Read the list of incompatibilities in each release note named, and test the application on the target's major.",
    look: "SHOW server_version",
    link: "https://www.postgresql.org/docs/release/",
    run,
};

fn run(facts: &Facts) -> Judged {
    let target = *facts.server.as_ref()?.version.as_ref()?;
    let source = facts.source_version()?;
    if source.major_text() == target.major_text() || target.major() < source.major() {
        return Ok(Findings::none());
    }
    let (from, to) = (source.major_text(), target.major_text());
    let finding = Finding::new(
        "server",
        format!("the migration goes from PostgreSQL {from} to {to}"),
    );
    let with_notes = |finding: Finding, release: &release_notes::Release| {
        finding.row(
            release.name,
            format!("{} ({})", release.breaks, release.link()),
        )
    };
    Ok(release_notes::between(source.num(), target.num())
        .fold(finding, with_notes)
        .into())
}
