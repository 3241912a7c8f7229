//! Checks that the migration user can read every table, sequence, and large object. Since 0.1.0.
//! The owner of a database does not automatically have privileges on objects of other roles.
//! A dump locks every table and reads every sequence and large object. The first unreadable object stops it.

use super::{describe_user, rows_per_database};
use crate::checks::{
    Check, CheckResult, Finding, Findings, FixStep, Needs, Object, OfficialRule, Severity,
};
use crate::commands::quote;
use crate::facts::Facts;
use crate::facts::source::privileges::{UnreadableLargeObjects, UnreadableSchema};
use crate::plural::count_noun;

pub const CHECK: Check = Check {
    id: "source-user-cannot-read",
    title: "The migration user cannot read something that is to be migrated",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Source,
    mode: None,
    official: &[OfficialRule::ServiceError(603110)],
    why: "The service copies a database whole: the first table, sequence or large object that its user may not read ends the \
          migration, whoever owns the database.",
    fix: "Grant the migration user the role that owns these objects, or the rights to read them.",
    verify: "SELECT relname FROM pg_class WHERE oid >= 16384 AND relkind IN ('r', 'p', 'S') AND NOT \
           has_table_privilege('<migration user>', oid, 'SELECT')",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/troubleshoot-error-codes",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let user = facts.migration_user()?;
    let mut findings = Findings::none();
    for (database, schemas) in rows_per_database(facts, &mut findings, |d| &d.unreadable_schemas)? {
        let found = schemas
            .iter()
            .map(|s| schema_finding(facts, database, user, s));
        findings.items.extend(found);
    }
    for (database, owners) in
        rows_per_database(facts, &mut findings, |d| &d.unreadable_large_objects)?
    {
        let found = owners
            .iter()
            .map(|o| large_objects_finding(facts, database, user, o));
        findings.items.extend(found);
    }
    Ok(findings)
}

fn schema_finding(
    facts: &Facts,
    database: &str,
    user: &str,
    unreadable: &UnreadableSchema,
) -> Finding {
    let name = &unreadable.schema;
    let objects = match unreadable.names.as_deref() {
        None | Some([]) => String::new(),
        Some(names) => format!(": `{}`", names.join("`, `")),
    };
    let (of, object) = match &unreadable.extension {
        None => (String::new(), Object::in_database(database, "schema", name)),
        Some(extension) => (
            format!(", of extension `{extension}`, whose rows a dump takes"),
            Object::extension(database, extension),
        ),
    };
    let message = format!(
        "{} lacks {} in `{database}.{name}`{objects}{of}",
        describe_user(facts, user),
        describe_missing_privileges(unreadable)
    );
    let finding = Finding::new(object, message)
        .with_evidence("tables", unreadable.tables)
        .with_evidence("sequences", unreadable.sequences);
    grant_statements(user, unreadable)
        .into_iter()
        .fold(finding, |f, grant| {
            f.with_fix(FixStep::sql_in(database, grant).for_script())
        })
}

fn describe_missing_privileges(unreadable: &UnreadableSchema) -> String {
    let mut lacks = Vec::new();
    if !unreadable.may_enter {
        lacks.push("USAGE on the schema".to_owned());
    }
    let kinds = [
        (unreadable.tables, "table"),
        (unreadable.sequences, "sequence"),
    ];
    for (count, noun) in kinds.iter().filter(|(count, _)| *count > 0) {
        lacks.push(format!("SELECT on {}", count_noun(*count, noun)));
    }
    lacks.join(" and ")
}

fn grant_statements(user: &str, unreadable: &UnreadableSchema) -> Vec<String> {
    let (schema, user) = (
        quote::quote_identifier(&unreadable.schema),
        quote::quote_identifier(user),
    );
    let mut all = Vec::new();
    if !unreadable.may_enter {
        all.push(format!("GRANT USAGE ON SCHEMA {schema} TO {user};"));
    }
    if unreadable.tables > 0 {
        all.push(format!(
            "GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {user};"
        ));
    }
    if unreadable.sequences > 0 {
        all.push(format!(
            "GRANT SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {user};"
        ));
    }
    all
}

fn large_objects_finding(
    facts: &Facts,
    database: &str,
    user: &str,
    owned: &UnreadableLargeObjects,
) -> Finding {
    let message = format!(
        "{} cannot read {} of `{}` in `{database}`",
        describe_user(facts, user),
        count_noun(owned.objects, "large object"),
        owned.owner
    );
    // Membership in the owner's role would grant more than read access, or everything if the owner is a superuser.
    let grants = format!(
        "SELECT format('GRANT SELECT ON LARGE OBJECT %s TO %I', oid, {}) FROM pg_largeobject_metadata \
         WHERE pg_get_userbyid(lomowner) = {} \\gexec",
        quote::quote_literal(user),
        quote::quote_literal(&owned.owner)
    );
    Finding::new(
        Object::in_database(database, "large-objects", &owned.owner),
        message,
    )
    .with_evidence("large objects", owned.objects)
    // psql treats text after `\gexec` on the same line as an argument.
    .with_fix(FixStep::manual(format!(
        "-- in psql, in database {}:",
        quote::quote_identifier(database)
    )))
    .with_fix(FixStep::manual(grants))
}
