//! Applications that connect to the source need the same number of connections on the target. Since 0.1.0.
//!
//! Limits page, 2025-11-13: a flexible server reserves 15 of `max_connections` (`reserved_connections`,
//! `superuser_reserved_connections`).

use crate::checks::{Check, CheckResult, Finding, Findings, Needs, Object, OfficialRule, Severity};
use crate::commands::quote;
use crate::facts::target::target_parameters::TargetParameters;
use crate::facts::{Fact, Facts, Missing};
use crate::sizing::recommendation::RESERVED_CONNECTIONS;

pub const CHECK: Check = Check {
    id: "connections-below-source",
    title: "The target takes fewer connections than the source",
    severity: Severity::Blocker,
    unknown: Severity::Warning,
    needs: Needs::Pair,
    mode: None,
    official: &[OfficialRule::Prerequisite("sku")],
    why: "A flexible server's `max_connections` follows its memory, and 15 of them are its own: clients beyond that are \
          turned away with `sorry, too many clients already`.",
    fix: "Raise `max_connections` and restart, choose a larger SKU, or put a pooler such as the built-in PgBouncer between.",
    verify: "SELECT count(*) FROM pg_stat_activity WHERE datid IS NOT NULL",
    link: "https://learn.microsoft.com/azure/postgresql/configure-maintain/concepts-limits",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let server = facts.server.as_ref()?;
    let configurations = facts.target_parameters.as_ref()?;
    let (max_connections, reserved) = (
        numeric_parameter(configurations, "max_connections")?,
        reserved_connections(configurations)?,
    );
    let free = max_connections.saturating_sub(reserved);
    let mut findings = Findings::none();
    let setting = facts.source_parameters.as_ref().map_err(Clone::clone);
    let setting = setting.and_then(|s| {
        s.value("max_connections")?
            .parse()
            .map_err(|_| not_a_number())
    });
    let setting: Option<u32> = findings.require(&setting).copied();
    let in_use = findings.require(&facts.io).map(|a| a.connections);
    let finding = |message: String| {
        let known = Finding::new(Object::parameter("max_connections"), message)
            .with_evidence("target max_connections", max_connections)
            .with_evidence("reserved on the target", reserved);
        let known = in_use
            .iter()
            .fold(known, |f, n| f.with_evidence("in use on the source", n));
        let known = setting
            .iter()
            .fold(known, |f, n| f.with_evidence("source max_connections", n));
        let proposed = setting
            .or(in_use)
            .unwrap_or(max_connections)
            .saturating_add(reserved)
            .min(5000);
        known
            .with_fix(quote::set_parameter(
                &server.id,
                "max_connections",
                &proposed.to_string(),
            ))
            .with_fix(quote::restart_server(&server.id))
    };
    match (in_use, setting) {
        (Some(in_use), _) if in_use > free => findings.push(finding(format!(
            "{in_use} clients are connected to the source, the target takes {free} ({max_connections} less {reserved} of its own)"
        ))),
        (_, Some(setting)) if setting > free => findings.push(
            finding(format!(
                "the source allows {setting} connections, the target takes {free} ({max_connections} less {reserved} of its own)"
            ))
            .with_severity(Severity::Warning),
        ),
        _ => {}
    }
    Ok(findings)
}

fn numeric_parameter(configurations: &TargetParameters, name: &str) -> Fact<u32> {
    let value = &configurations.get(name)?.value;
    value.parse().map_err(|_| not_a_number())
}

/// Returns the number of reserved connections. `reserved_connections` exists since PostgreSQL 16. The documented sum
/// applies to all versions.
fn reserved_connections(configurations: &TargetParameters) -> Fact<u32> {
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
    Missing::not_specified("a number of connections is no number", "record again")
}
