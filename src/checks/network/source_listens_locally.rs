//! By default, PostgreSQL only listens on its own machine. Since 0.1.0.

use crate::checks::{
    Check, CheckResult, Finding, Findings, FixStep, Needs, Object, OfficialRule, Severity,
};
use crate::facts::Facts;

pub const CHECK: Check = Check {
    id: "source-listens-locally",
    title: "The source listens to its own machine alone",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Source,
    mode: None,
    official: &[
        OfficialRule::Prerequisite("network"),
        OfficialRule::ServiceError(603000),
    ],
    why: "`listen_addresses` is `localhost` unless somebody changed it: then no other machine can connect, whatever the \
          firewalls let through.",
    fix: "Set `listen_addresses` to `*` or to the address that the service will use, restart the source, and let only the \
          target's subnet in (pg_hba.conf, firewall).",
    verify: "SHOW listen_addresses",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/how-to-network-setup-migration-service",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let value = facts
        .source_parameters
        .as_ref()?
        .value("listen_addresses")?;
    let mut listed = value.split(',').map(|a| a.trim().trim_matches('"'));
    if listed.any(|address| !address.is_empty() && !is_local(address)) {
        return Ok(Findings::none());
    }
    let message = match value.trim() {
        "" => "the source listens on no network address".to_owned(),
        some => format!("the source listens on `{some}` alone"),
    };
    let finding = Finding::new(Object::parameter("listen_addresses"), message)
        .with_evidence("listen_addresses", value)
        .with_fix(FixStep::sql("ALTER SYSTEM SET listen_addresses = '*'"))
        .with_fix(FixStep::manual(
            "# restart the server, as with: systemctl restart postgresql",
        ));
    let peer = facts.connection.as_ref().ok();
    let peer = peer.and_then(|c| c.peer_address.as_deref());
    Ok(match peer.filter(|peer| !is_local(peer)) {
        None => finding,
        Some(peer) => Finding {
            message: format!(
                "{}, yet it answered at `{peer}`: something there forwards to it",
                finding.message
            ),
            ..finding
        }
        .with_evidence("answered at", peer)
        .with_severity(Severity::Warning),
    }
    .into())
}

fn is_local(address: &str) -> bool {
    let ip = address.parse::<std::net::IpAddr>();
    ip.map_or(address.eq_ignore_ascii_case("localhost"), |ip| {
        ip.to_canonical().is_loopback()
    })
}
