//! Checks for tables whose row-level security would hide rows from the migration user. Since 0.1.0.
//! `pg_dump` sets `row_security` to off, so that such a read is an error:
//! <https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-ROW-SECURITY>

use super::{membership_statements, rows_per_database};
use crate::checks::{
    Check, CheckResult, Finding, Findings, FixStep, Needs, Object, OfficialRule, Severity,
};
use crate::commands::quote;
use crate::facts::Facts;
use crate::facts::source::privileges::RowSecurityTable;

pub const CHECK: Check = Check {
    id: "row-security-stops-copy",
    title: "Row security applies to the migration user",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Source,
    mode: None,
    official: &[OfficialRule::ServiceError(603110)],
    why: "Whom row security applies to does not see all rows. A dump stops at such a table with an error; a copy that did \
          not stop would leave rows behind.",
    fix: "Give the migration user BYPASSRLS, or the owner's role where row security is not forced on owners.",
    verify: "SELECT oid::regclass, relforcerowsecurity FROM pg_class WHERE relrowsecurity",
    link: "https://www.postgresql.org/docs/current/ddl-rowsecurity.html",
    run,
};

const FORCED: &str = "is forced on its owner too, and so applies to";

fn run(facts: &Facts) -> CheckResult {
    let user = facts.migration_user()?;
    let can_grant_bypassrls = facts.source_kind().is_ok_and(|kind| !kind.is_managed());
    let mut findings = Findings::none();
    for (database, tables) in rows_per_database(facts, &mut findings, |d| &d.row_security_tables)? {
        let found = tables
            .iter()
            .map(|t| finding(facts, database, user, t, can_grant_bypassrls));
        findings.items.extend(found);
        let total = tables.first().map_or(0, |t| t.total);
        if total > tables.len() as u64 {
            findings.push(unlisted_tables_finding(database, total, tables.len()));
        }
    }
    Ok(findings)
}

fn finding(
    facts: &Facts,
    database: &str,
    user: &str,
    table: &RowSecurityTable,
    can_grant_bypassrls: bool,
) -> Finding {
    let name = format!("{}.{}", table.schema, table.name);
    let user_name = quote::quote_identifier(user);
    let why = if table.is_forced {
        FORCED
    } else {
        "applies to"
    };
    // The owner of an extension's tables is often a superuser, whose role must not be granted.
    let fix = match (&table.extension, table.is_forced) {
        (None, false) => {
            let statements = membership_statements(facts, &table.owner, user).into_iter();
            statements.map(FixStep::sql).collect()
        }
        _ if can_grant_bypassrls => {
            vec![FixStep::sql(format!("ALTER ROLE {user_name} BYPASSRLS"))]
        }
        (None, true) => {
            let statement = format!(
                "ALTER TABLE {}.{} NO FORCE ROW LEVEL SECURITY",
                quote::quote_identifier(&table.schema),
                quote::quote_identifier(&table.name)
            );
            let step = FixStep::sql_in(database, statement).naming_its_database();
            vec![step.with_note(format!("in {database}, until the migration is done"))]
        }
        (Some(_), _) => Vec::new(),
    };
    let of = table.extension.as_deref();
    let of = of
        .map(|e| format!(", a table of extension `{e}`"))
        .unwrap_or_default();
    let message = format!("row security of `{name}` in `{database}`{of} {why} `{user}`");
    let found = Finding::new(Object::in_database(database, "table", name), message)
        .with_evidence("owner", &table.owner)
        .with_evidence("forced", table.is_forced);
    let found = fix.into_iter().fold(found, Finding::with_fix);
    match table.extension {
        Some(_) => found.with_severity(Severity::Warning),
        None => found,
    }
}

fn unlisted_tables_finding(database: &str, total: u64, shown: usize) -> Finding {
    let message = format!(
        "row security of {} more tables of `{database}` applies to it as well",
        total.saturating_sub(shown as u64)
    );
    Finding::new(Object::for_database(database), message).with_evidence("tables", total)
}
