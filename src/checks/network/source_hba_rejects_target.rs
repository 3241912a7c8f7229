//! The source decides by pg_hba.conf who may come in from where. Since 0.1.0.

use ipnet::IpNet;

use super::source;
use crate::checks::{
    Check, Finding, Findings, Judged, Needs, Official, Severity, Unanswered, command,
};
use crate::facts::reach::hba::{Met, Rule, Visitor, first_match};
use crate::facts::{Facts, Missing};
use crate::plan::{SourceServer, SourceTls};

pub const CHECK: Check = Check {
    id: "source-hba-rejects-target",
    title: "The source's pg_hba.conf does not let the service in",
    severity: Severity::Blocker,
    unknown: Severity::Note,
    needs: Needs::Pair,
    mode: None,
    official: &[
        Official::Prerequisite("network"),
        Official::ServiceError(603000),
    ],
    why: "The service signs in from the target's network, by user and password. The first rule of pg_hba.conf that fits \
          address, user and database decides, and without one nobody gets in.",
    fix: "Add a rule for the target's subnet above those that turn it away, and reload.",
    look: "SELECT line_number, type, database, user_name, address, netmask, auth_method FROM pg_hba_file_rules",
    link: "https://www.postgresql.org/docs/current/auth-pg-hba-conf.html",
    run,
};

fn run(facts: &Facts) -> Judged {
    let source = source(facts)?;
    if let Ok(kind) = facts.source_kind()
        && kind.is_managed()
    {
        let why = format!("{kind} keeps pg_hba.conf itself");
        return Err(Unanswered::not_applicable(why));
    }
    let reach = facts.reach.as_ref()?;
    let prefixes = prefixes(facts, source)?;
    let rules = &reach.hba.as_ref()?.0;
    let user = facts.migration.migration_user.as_deref();
    let user = user.unwrap_or(&source.user);
    let groups = reach.groups.as_ref()?;
    let ways = ways(facts, source)?;
    let mut findings = Findings::none();
    for database in findings.selected(facts.databases.as_ref()?) {
        for prefix in &prefixes {
            let visitor = |tls| Visitor {
                database: &database.name,
                user,
                groups,
                prefix: *prefix,
                tls,
            };
            let met: Vec<Met> = ways
                .iter()
                .map(|tls| first_match(rules, &visitor(*tls)))
                .collect();
            judge(&mut findings, &visitor(ways[0]), &met);
        }
    }
    Ok(findings)
}

/// What the plan says, else the subnet of the server that migrates. Flexible servers speak IPv4 alone.
fn prefixes(facts: &Facts, source: &SourceServer) -> Result<Vec<IpNet>, Unanswered> {
    if let Some(said) = source.reached_from {
        return Ok(vec![said.0]);
    }
    let path = facts.path.as_ref()?;
    let inside = path.inside.as_ref()?.as_ref().ok_or_else(|| {
        Missing::not_said(
            "it is not known from which addresses the service comes: the target is in no subnet",
            "say `--source-reached-from` with an address or a prefix",
        )
    })?;
    let prefixes = inside.subnet.as_ref()?.prefixes.as_ref()?;
    let found: Vec<IpNet> = prefixes
        .iter()
        .filter(|prefix| prefix.addr().is_ipv4())
        .copied()
        .collect();
    if found.is_empty() {
        let missing = Missing::not_said(
            "the target's subnet shows no IPv4 prefix",
            "say `--source-reached-from` with an address or a prefix",
        );
        return Err(missing.into());
    }
    Ok(found)
}

/// With TLS or without, in the order in which the service tries.
fn ways(facts: &Facts, source: &SourceServer) -> Result<Vec<bool>, Unanswered> {
    if source.tls == Some(SourceTls::Require)
        || facts.connection.as_ref().is_ok_and(|c| c.tls.is_some())
    {
        let prefers = source.tls != Some(SourceTls::Require);
        return Ok(if prefers {
            vec![true, false]
        } else {
            vec![true]
        });
    }
    Ok(match facts.settings.as_ref()?.value("ssl")? {
        "on" => vec![true, false],
        _ => vec![false],
    })
}

fn judge(findings: &mut Findings, visitor: &Visitor, met: &[Met]) {
    if met
        .iter()
        .any(|m| matches!(m, Met::Rule(rule) if rule.admits()))
    {
        return;
    }
    for met in met {
        if let Met::Unsure(rule, why) = met {
            let reason = format!(
                "{} may decide for `{}`, and {why}",
                rule.place(),
                visitor.database
            );
            findings.unknown(&Missing::not_said(
                reason,
                "look at the rule; where it is right: `--allow-unknown source-hba-rejects-target`",
            ));
            return;
        }
    }
    let rule = met.iter().find_map(|met| match met {
        Met::Rule(rule) => Some(*rule),
        _ => None,
    });
    findings.push(finding(visitor, rule));
}

fn finding(visitor: &Visitor, rule: Option<&Rule>) -> Finding {
    let (user, database, prefix) = (visitor.user, visitor.database, visitor.prefix);
    let way = format!("`{user}` on the way into `{database}` from {prefix}");
    let method = rule.and_then(|rule| rule.method.as_deref());
    let message = match (rule, method) {
        (Some(rule), Some("reject") | None) => format!("{} turns away {way}", rule.place()),
        (Some(rule), Some(method)) => format!(
            "{} asks {way} for `{method}`, and the service has a password only",
            rule.place()
        ),
        (None, _) => format!("no rule lets `{user}` into `{database}` from {prefix}"),
    };
    let place = rule.map_or("pg_hba.conf".to_owned(), |rule| {
        format!("{}, above it", rule.place())
    });
    let kind = if visitor.tls { "hostssl" } else { "host" };
    let line = format!(
        "# {place}: {kind} {} {} {prefix} scram-sha-256",
        command::identifier(database),
        command::identifier(user)
    );
    let mut finding =
        Finding::new(format!("database/{database}"), message).evidence("from", prefix);
    if let Some(rule) = rule {
        finding = finding.evidence("rule", rule.place());
    }
    finding.fix(line).fix("SELECT pg_reload_conf();")
}
