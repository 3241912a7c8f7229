//! The source controls access with pg_hba.conf. Since 0.1.0.

use super::source;
use crate::checks::{
    Check, Finding, Findings, Judged, Needs, Official, Severity, Unanswered, command,
};
use crate::facts::reach::hba::{Rule, SCRAM};
use crate::facts::{Facts, Missing};
use crate::network::admission::{Visit, keeper, password, visits};

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
          address, user and database decides, and without one nobody gets in. \
          A rule of `scram-sha-256` takes no password that is kept as an MD5 hash.",
    fix: "Add a rule for the target's subnet above those that turn it away, and reload.",
    look: "SELECT line_number, type, database, user_name, address, netmask, auth_method FROM pg_hba_file_rules",
    link: "https://www.postgresql.org/docs/current/auth-pg-hba-conf.html",
    run,
};

fn run(facts: &Facts) -> Judged {
    source(facts)?;
    if let Some(kind) = keeper(facts) {
        let why = format!("{kind} keeps pg_hba.conf itself");
        return Err(Unanswered::not_applicable(why));
    }
    let mut findings = Findings::none();
    let databases = findings.selected(facts.databases.as_ref()?);
    let names: Vec<&str> = databases.iter().map(|d| d.name.as_str()).collect();
    let visits = visits(facts, &names)?;
    for visit in &visits {
        judge(&mut findings, facts, visit);
    }
    Ok(findings)
}

fn judge(findings: &mut Findings, facts: &Facts, visit: &Visit) {
    if visit.admitted_by().is_some() {
        return;
    }
    let Some((rule, why)) = visit.unsure() else {
        return match visit.by_password() {
            Some(rule) => by_password(findings, facts, visit, rule),
            None => findings.push(finding(visit, visit.turned_away_by())),
        };
    };
    let reason = format!(
        "{} may decide for `{}`, and {why}",
        rule.place(),
        visit.database
    );
    findings.unknown(&Missing::not_said(
        reason,
        "look at the rule; where it is right: `--allow-unknown source-hba-rejects-target`",
    ));
}

/// The result is the same for every database, so it is recorded once.
fn by_password(findings: &mut Findings, facts: &Facts, visit: &Visit, rule: &Rule) {
    let Err(mut missing) = password(facts) else {
        return;
    };
    missing.reason = format!(
        "{} asks for SCRAM, which no MD5 password answers, and which kind `{}` has is not known: {}",
        rule.place(),
        visit.user,
        missing.reason
    );
    findings.unknown(&missing);
}

fn finding(visit: &Visit, rule: Option<&Rule>) -> Finding {
    let (user, database, prefix) = (visit.user, visit.database, visit.from);
    let way = format!("`{user}` on the way into `{database}` from {prefix}");
    let method = rule.and_then(|rule| rule.method.as_deref());
    let message = match (rule, method) {
        (Some(rule), Some("reject") | None) => format!("{} turns away {way}", rule.place()),
        (Some(rule), Some(SCRAM)) => format!(
            "{} asks {way} for SCRAM, and `{user}` has an MD5 password; a rule of `md5` takes that too",
            rule.place()
        ),
        (Some(rule), Some(method)) => format!(
            "{} asks {way} for `{method}`, and the service has a password only",
            rule.place()
        ),
        (None, _) => format!("no rule lets `{user}` into `{database}` from {prefix}"),
    };
    let place = rule.map_or("pg_hba.conf".to_owned(), |rule| {
        format!("{}, above it", rule.place())
    });
    let kind = if visit.with_tls { "hostssl" } else { "host" };
    // `md5` accepts passwords with MD5 and SCRAM hashes.
    let method = visit
        .password
        .filter(|kind| *kind == SCRAM)
        .unwrap_or("md5");
    let line = format!(
        "# {place}: {kind} {} {} {prefix} {method}",
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
