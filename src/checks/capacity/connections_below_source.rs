//! Applications that connect to the source need the same number of connections on the target. Since 0.1.0.
//!
//! Limits page, 2025-11-13: a flexible server reserves 15 of `max_connections` (`reserved_connections`,
//! `superuser_reserved_connections`).

use crate::checks::{Check, Finding, Findings, Judged, Needs, Official, Severity, command};
use crate::facts::configurations::Configurations;
use crate::facts::{Fact, Facts, Missing};
use crate::sizing::recommend::RESERVED_CONNECTIONS;

pub const CHECK: Check = Check {
    id: "connections-below-source",
    title: "The target takes fewer connections than the source",
    severity: Severity::Blocker,
    unknown: Severity::Warning,
    needs: Needs::Pair,
    mode: None,
    official: &[Official::Prerequisite("sku")],
    why: "A flexible server's `max_connections` follows its memory, and 15 of them are its own: clients beyond that are \
          turned away with `sorry, too many clients already`.",
    fix: "Raise `max_connections` and restart, choose a larger SKU, or put a pooler such as the built-in PgBouncer between.",
    look: "SELECT count(*) FROM pg_stat_activity WHERE datid IS NOT NULL",
    link: "https://learn.microsoft.com/azure/postgresql/configure-maintain/concepts-limits",
    run,
};

fn run(facts: &Facts) -> Judged {
    let server = facts.server.as_ref()?;
    let configurations = facts.configurations.as_ref()?;
    let (most, reserved) = (
        number(configurations, "max_connections")?,
        reserved(configurations)?,
    );
    let free = most.saturating_sub(reserved);
    let mut findings = Findings::none();
    let setting = facts.settings.as_ref().map_err(Clone::clone);
    let setting = setting.and_then(|s| {
        s.value("max_connections")?
            .parse()
            .map_err(|_| not_a_number())
    });
    let setting: Option<u32> = findings.know(&setting).copied();
    let in_use = findings.know(&facts.activity).map(|a| a.connections);
    let finding = |message: String| {
        let known = Finding::new("parameter/max_connections", message)
            .evidence("target max_connections", most)
            .evidence("reserved on the target", reserved);
        let known = in_use
            .iter()
            .fold(known, |f, n| f.evidence("in use on the source", n));
        let known = setting
            .iter()
            .fold(known, |f, n| f.evidence("source max_connections", n));
        let wanted = setting
            .or(in_use)
            .unwrap_or(most)
            .saturating_add(reserved)
            .min(5000);
        known
            .fix(command::set_parameter(
                &server.id,
                "max_connections",
                &wanted.to_string(),
            ))
            .fix(command::restart(&server.id))
    };
    match (in_use, setting) {
        (Some(in_use), _) if in_use > free => findings.push(finding(format!(
            "{in_use} clients are connected to the source, the target takes {free} ({most} less {reserved} of its own)"
        ))),
        (_, Some(setting)) if setting > free => findings.push(
            finding(format!(
                "the source allows {setting} connections, the target takes {free} ({most} less {reserved} of its own)"
            ))
            .milder(Severity::Warning),
        ),
        _ => {}
    }
    Ok(findings)
}

fn number(configurations: &Configurations, name: &str) -> Fact<u32> {
    let value = &configurations.get(name)?.value;
    value.parse().map_err(|_| not_a_number())
}

/// Returns the number of reserved connections. `reserved_connections` exists since PostgreSQL 16. The documented sum
/// applies to all versions.
fn reserved(configurations: &Configurations) -> Fact<u32> {
    let one = |name| match configurations.find(name)? {
        Some(c) => c.value.parse().map(Some).map_err(|_| not_a_number()),
        None => Ok(None),
    };
    let (own, superuser): (Option<u32>, Option<u32>) = (
        one("reserved_connections")?,
        one("superuser_reserved_connections")?,
    );
    Ok(own
        .zip(superuser)
        .map_or(RESERVED_CONNECTIONS, |(a, b)| a.saturating_add(b)))
}

fn not_a_number() -> Missing {
    Missing::not_said("a number of connections is no number", "record again")
}
