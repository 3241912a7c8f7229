//! A target with a retiring major version needs another upgrade soon. Since 0.1.0.
//!
//! The dates are in `reference::versions`, from the Azure version policy.

use time::Date;

use crate::checks::{Check, CheckResult, Finding, Findings, Needs, Object, OfficialRule, Severity};
use crate::commands::quote;
use crate::facts::Facts;
use crate::reference::version_support;
use crate::reference::version_support::{AS_OF, VersionSupport};

pub const CHECK: Check = Check {
    id: "target-version-retired",
    title: "The target's PostgreSQL version is past its support, or soon will be",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Target,
    mode: None,
    official: &[OfficialRule::Prerequisite("target")],
    why: "Past standard support a major version gets fixes only against extra payment, for some years more, and no new server \
          can be made with it: not for a second try, a replica or a restore either.",
    fix: "Migrate into a newer major version; an empty target is quickly made anew, or upgraded in place.",
    verify: "az postgres flexible-server show --resource-group <group> --name <name> --query version",
    link: "https://learn.microsoft.com/azure/postgresql/configure-maintain/concepts-version-policy",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let server = facts.server.as_ref()?;
    let major = server.version.as_ref()?.major();
    let today = facts.recorded_at.date();
    let message = match version_support::version_support(major) {
        // A major version newer than the table is not retiring.
        _ if !version_support::is_retiring(major, today) => return Ok(Findings::none()),
        Some(support) => message(support, today),
        None => format!("PostgreSQL {major} is older than any version that Azure supports"),
    };
    let source = facts.source_version().map_or(0, |v| v.major());
    let finding = Finding::new(Object::Server, message)
        .with_evidence("version", major)
        .with_evidence("dates as of", AS_OF)
        .with_fix(quote::upgrade_server(
            &server.id,
            version_support::proposed_major(source, today),
        ));
    Ok(finding.into())
}

fn message(support: &VersionSupport, today: Date) -> String {
    let word = if support.standard_end < today {
        "ended"
    } else {
        "ends"
    };
    let mut message = format!(
        "standard support of PostgreSQL {} {word} on {}",
        support.major, support.standard_end
    );
    if let Some(other) = support.disputed_end {
        message.push_str(&format!(" (elsewhere on the same page: {other})"));
    }
    if let Some(extended) = support.extended_end {
        let word = if extended < today { "ended" } else { "ends" };
        message.push_str(&format!(", paid support {word} on {extended}"));
    }
    message
}
