//! Checks for tables whose row-level security would hide rows from the migration user. Since 0.1.0.
//! `pg_dump` sets `row_security` to off, so that such a read is an error:
//! <https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-ROW-SECURITY>

use super::{in_selected, membership};
use crate::checks::{Check, Finding, Findings, Judged, Needs, Official, Severity, command};
use crate::facts::Facts;
use crate::facts::access::GuardedTable;

pub const CHECK: Check = Check {
    id: "row-security-stops-copy",
    title: "Row security applies to the migration user",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Source,
    mode: None,
    official: &[Official::ServiceError(603110)],
    why: "Whom row security applies to does not see all rows. A dump stops at such a table with an error; a copy that did \
          not stop would leave rows behind.",
    fix: "Give the migration user BYPASSRLS, or the owner's role where row security is not forced on owners.",
    look: "SELECT oid::regclass, relforcerowsecurity FROM pg_class WHERE relrowsecurity",
    link: "https://www.postgresql.org/docs/current/ddl-rowsecurity.html",
    run,
};

const FORCED: &str = "is forced on its owner too, and so applies to";

fn run(facts: &Facts) -> Judged {
    let user = facts.migration_user()?;
    let may_bypass = facts.source_kind().is_ok_and(|kind| !kind.is_managed());
    let mut findings = Findings::none();
    for (database, tables) in in_selected(facts, &mut findings, |d| &d.guarded)? {
        let found = tables
            .iter()
            .map(|t| finding(facts, database, user, t, may_bypass));
        findings.found.extend(found);
        let total = tables.first().map_or(0, |t| t.total);
        if total > tables.len() as u64 {
            findings.push(rest(database, total, tables.len()));
        }
    }
    Ok(findings)
}

fn finding(
    facts: &Facts,
    database: &str,
    user: &str,
    table: &GuardedTable,
    may_bypass: bool,
) -> Finding {
    let name = format!("{}.{}", table.schema, table.name);
    let user_name = command::identifier(user);
    let why = if table.is_forced {
        FORCED
    } else {
        "applies to"
    };
    // The owner of an extension's tables is often a superuser, whose role must not be granted.
    let fix = match (&table.extension, table.is_forced) {
        (None, false) => {
            let statements = membership(facts, &table.owner, user).into_iter();
            statements.map(|statement| statement + ";").collect()
        }
        _ if may_bypass => vec![format!("ALTER ROLE {user_name} BYPASSRLS;")],
        (None, true) => vec![format!(
            "ALTER TABLE {}.{} NO FORCE ROW LEVEL SECURITY; -- in {database}, until the migration is done",
            command::identifier(&table.schema),
            command::identifier(&table.name)
        )],
        (Some(_), _) => Vec::new(),
    };
    let of = table.extension.as_deref();
    let of = of
        .map(|e| format!(", a table of extension `{e}`"))
        .unwrap_or_default();
    let message = format!("row security of `{name}` in `{database}`{of} {why} `{user}`");
    let found = Finding::new(format!("{database}/table/{name}"), message)
        .evidence("owner", &table.owner)
        .evidence("forced", table.is_forced);
    let found = fix.into_iter().fold(found, Finding::fix);
    match table.extension {
        Some(_) => found.milder(Severity::Warning),
        None => found,
    }
}

fn rest(database: &str, total: u64, shown: usize) -> Finding {
    let message = format!(
        "row security of {} more tables of `{database}` applies to it as well",
        total.saturating_sub(shown as u64)
    );
    Finding::new(format!("database/{database}"), message).evidence("tables", total)
}
