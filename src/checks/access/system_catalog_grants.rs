//! Checks for grants on system catalogs that stop a restore on the target. Since 0.1.0.
//! The documentation lists the catalogs:
//! <https://learn.microsoft.com/azure/postgresql/migrate/migration-service/concepts-user-roles-migration-service>

use super::{is_provider_account, rows_per_database};
use crate::checks::{
    Check, CheckResult, Finding, Findings, FixStep, Needs, Object, OfficialRule, Severity,
};
use crate::commands::quote;
use crate::facts::Facts;
use crate::facts::source::privileges::CatalogGrant;

pub const CHECK: Check = Check {
    id: "system-catalog-grants",
    title: "A role has a grant on a system catalog",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Source,
    mode: None,
    official: &[OfficialRule::ServiceError(603410)],
    why: "A dump repeats grants on system catalogs, and on the target nobody may make them: the restore of the database \
          stops. The documentation names the catalogs alone; a grant on a function of `pg_catalog` is repeated by PostgreSQL's \
          dump too, and what the service does with it is not documented.",
    fix: "Revoke the grants, and give what they were for in another way (`pg_monitor`, `pg_read_all_settings`).",
    verify: "SELECT c.oid::regclass, c.relacl FROM pg_class c JOIN pg_init_privs i ON i.objoid = c.oid AND i.classoid = \
           'pg_class'::regclass WHERE c.relacl <> i.initprivs UNION ALL SELECT p.oid::regprocedure, p.proacl FROM pg_proc p LEFT \
           JOIN pg_init_privs i ON i.objoid = p.oid AND i.classoid = 'pg_proc'::regclass WHERE p.pronamespace = \
           'pg_catalog'::regnamespace AND p.proacl IS DISTINCT FROM i.initprivs",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/concepts-user-roles-migration-service",
    run,
};

/// PostgreSQL 13 removed this catalog. A grant on it only stops restores into version 13 or later.
const PG_PLTEMPLATE: &str = "pg_pltemplate";
const PG_PLTEMPLATE_REMOVED_IN: u32 = 13;

/// The grantee name that the query returns for grants to `PUBLIC`.
const PUBLIC_GRANTEE: &str = "public";

fn run(facts: &Facts) -> CheckResult {
    let mut findings = Findings::none();
    let kind = facts.source_kind();
    // Provider grants are recognized by the source kind. If it is unknown, they are reported.
    let kind = kind.as_ref().ok();
    for (database, grants) in rows_per_database(facts, &mut findings, |d| &d.catalog_grants)? {
        for grant in grants
            .iter()
            .filter(|g| !is_provider_account(&g.grantee, kind))
        {
            if grant.catalog != PG_PLTEMPLATE || target_lacks_pg_pltemplate(facts, &mut findings) {
                findings.push(finding(database, grant));
            }
        }
    }
    Ok(findings)
}

/// Returns whether the target's major version lacks `pg_pltemplate`.
/// Returns `true` without a target, because no version offered for new servers has this catalog.
fn target_lacks_pg_pltemplate(facts: &Facts, findings: &mut Findings) -> bool {
    if !facts.migration.scope.has_target() {
        return true;
    }
    let version = findings
        .require(&facts.server)
        .and_then(|s| findings.require(&s.version));
    version.is_some_and(|v| v.major() >= PG_PLTEMPLATE_REMOVED_IN)
}

fn finding(database: &str, grant: &CatalogGrant) -> Finding {
    let (object, privileges) = match &grant.column_name {
        Some(column) => (
            format!("pg_catalog.{}.{column}", grant.catalog),
            format!("{} ({})", grant.privileges, quote::quote_identifier(column)),
        ),
        None => (
            format!("pg_catalog.{}", grant.catalog),
            grant.privileges.clone(),
        ),
    };
    let grantee = match grant.grantee.as_str() {
        PUBLIC_GRANTEE => "PUBLIC".to_owned(),
        role => quote::quote_identifier(role),
    };
    let grantee_text = match grant.grantee.as_str() {
        PUBLIC_GRANTEE => "everybody (`PUBLIC`)".to_owned(),
        role => format!("`{role}`"),
    };
    let (the, on) = if grant.is_on_function() {
        ("the function ", "FUNCTION ")
    } else {
        ("", "")
    };
    let message = format!(
        "{grantee_text} has {} on {the}`{object}` in `{database}`",
        grant.privileges
    );
    let revoke = format!(
        "REVOKE {privileges} ON {on}pg_catalog.{} FROM {grantee}",
        grant.catalog
    );
    let regrant = format!(
        "GRANT {privileges} ON {on}pg_catalog.{} TO {grantee}",
        grant.catalog
    );
    let finding = Finding::new(Object::in_database(database, "catalog", object), message)
        .with_evidence("grantee", &grant.grantee)
        .with_fix(FixStep::sql_in(database, revoke).for_script())
        .with_fix(
            FixStep::sql_in(database, regrant)
                .afterwards()
                .with_note("on the source if it goes on"),
        );
    if grant.is_on_function() {
        finding.with_severity(Severity::Warning)
    } else {
        finding
    }
}
