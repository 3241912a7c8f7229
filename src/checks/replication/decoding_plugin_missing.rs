//! Checks that the output plugin `test_decoding` is probably installed on the source. Since 0.1.0.
//! `test_decoding` is a library without a control file, so no catalog lists it. A test slot is never created.
//! The check therefore looks for other extensions of the same package (contrib).

use crate::checks::{Check, CheckResult, Finding, Findings, FixStep, Needs, Object, Severity};
use crate::config::MigrationMode;
use crate::facts::Facts;

pub const CHECK: Check = Check {
    id: "decoding-plugin-missing",
    title: "The source seems to lack the plugin `test_decoding`",
    severity: Severity::Warning,
    unknown: Severity::Note,
    needs: Needs::Source,
    mode: Some(MigrationMode::Online),
    official: &[],
    why: "An online migration reads changes through the output plugin `test_decoding`. It comes with PostgreSQL's contrib \
          collection, which some systems install apart.",
    fix: "Install the contrib package of the server's version; this needs no restart.",
    verify: "SELECT count(*) FROM pg_available_extensions",
    link: "https://www.postgresql.org/docs/current/test-decoding.html",
    run,
};

/// One or two contrib extensions can come from separate packages. This many only come from the contrib package.
const MIN_CONTRIB_EXTENSIONS: u64 = 5;

fn run(facts: &Facts) -> CheckResult {
    let kind = facts.source_kind();
    if kind.as_ref().is_ok_and(|kind| kind.is_managed()) {
        return Ok(Findings::none());
    }
    let stream = facts.replication.as_ref()?;
    let used = stream.slots.as_ref().is_ok_and(|slots| {
        let plugins = slots.slots.iter().map(|slot| slot.plugin.as_deref());
        plugins.into_iter().any(|p| p == Some("test_decoding"))
    });
    if used {
        return Ok(Findings::none());
    }
    let available = *stream.contrib_extensions.as_ref()?;
    if available >= MIN_CONTRIB_EXTENSIONS {
        return Ok(Findings::none());
    }
    // Slots and the source kind could still disprove the finding, so both must be known.
    stream.slots.as_ref()?;
    kind?;
    let major = facts
        .source_version()
        .map_or("<major>".to_owned(), |v| v.major_label());
    let message = format!(
        "{available} extensions of contrib can be installed: its package, which brings `test_decoding`, seems not to be there"
    );
    Ok(Finding::new(Object::Server, message)
        .with_evidence("contrib extensions", available)
        .with_fix(FixStep::manual(format!(
            "apt-get install postgresql-{major}  # Debian; Red Hat: dnf install postgresql{}-contrib",
            major.replace('.', "")
        )))
        .into())
}
