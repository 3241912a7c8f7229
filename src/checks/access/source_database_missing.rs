//! Checks that every database of the migration exists and accepts connections. Since 0.1.0.

use crate::checks::{
    Check, CheckResult, Finding, Findings, FixStep, Needs, Object, OfficialRule, Severity,
};
use crate::commands::quote;
use crate::facts::Facts;
use crate::facts::source::source_databases::SourceDatabase;

pub const CHECK: Check = Check {
    id: "source-database-missing",
    title: "A database of the migration is not to be had on the source",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Source,
    mode: None,
    official: &[OfficialRule::ServiceError(603102)],
    why: "The service connects to each database by name, and stops when one does not exist or takes no connections.",
    fix: "Correct the name (upper and lower case count), or let the database take connections.",
    verify: "SELECT datname, datallowconn, datconnlimit FROM pg_database",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/troubleshoot-error-codes",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let databases = facts.databases.as_ref()?;
    let mut findings = Findings::none();
    for name in databases
        .requested()
        .iter()
        .filter(|n| databases.find(n).is_none())
    {
        let similar = databases.all().find(|d| d.name.eq_ignore_ascii_case(name));
        let hint = similar
            .map(|d| format!("; there is `{}`", d.name))
            .unwrap_or_default();
        let message = format!("the source has no database `{name}`{hint}");
        findings.push(Finding::new(Object::for_database(name), message));
    }
    let selected = findings.selected_databases(databases);
    if selected.is_empty() && databases.requested().is_empty() && findings.missing.is_empty() {
        findings.push(Finding::new(
            Object::Server,
            "the source has no user database: there is nothing to migrate",
        ));
    }
    findings
        .items
        .extend(selected.into_iter().filter_map(connection_finding));
    Ok(findings)
}

fn connection_finding(database: &SourceDatabase) -> Option<Finding> {
    let name = quote::quote_identifier(&database.name);
    let (message, fix) = match database {
        d if d.connection_limit == -2 => (
            "is invalid: an interrupted DROP DATABASE left it",
            format!("DROP DATABASE {name}"),
        ),
        d if !d.allows_connections => (
            "takes no connections (`datallowconn` is off)",
            format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true"),
        ),
        d if d.connection_limit == 0 => (
            "takes no connections (its limit is 0)",
            format!("ALTER DATABASE {name} CONNECTION LIMIT -1"),
        ),
        _ => return None,
    };
    let object = Object::for_database(&database.name);
    Some(
        Finding::new(object, format!("`{}` {message}", database.name))
            .with_evidence("datallowconn", database.allows_connections)
            .with_evidence("datconnlimit", database.connection_limit)
            .with_fix(FixStep::sql(fix)),
    )
}
