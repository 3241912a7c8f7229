//! Checks that the migration user can read every table, sequence, and large object. Since 0.1.0.
//! The owner of a database does not automatically have privileges on objects of other roles.
//! A dump locks every table and reads every sequence and large object. The first unreadable object stops it.

use super::{in_selected, shown_user};
use crate::checks::{Check, Finding, Findings, Judged, Needs, Official, Severity, Step, command};
use crate::facts::Facts;
use crate::facts::access::{LargeObjects, Unreadable};

pub const CHECK: Check = Check {
    id: "source-user-cannot-read",
    title: "The migration user cannot read something that is to be migrated",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Source,
    mode: None,
    official: &[Official::ServiceError(603110)],
    why: "The service copies a database whole: the first table, sequence or large object that its user may not read ends the \
          migration, whoever owns the database.",
    fix: "Grant the migration user the role that owns these objects, or the rights to read them.",
    look: "SELECT relname FROM pg_class WHERE oid >= 16384 AND relkind IN ('r', 'p', 'S') AND NOT \
           has_table_privilege('<migration user>', oid, 'SELECT')",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/troubleshoot-error-codes",
    run,
};

fn run(facts: &Facts) -> Judged {
    let user = facts.migration_user()?;
    let mut findings = Findings::none();
    for (database, schemas) in in_selected(facts, &mut findings, |d| &d.unreadable)? {
        let found = schemas.iter().map(|s| schema(facts, database, user, s));
        findings.found.extend(found);
    }
    for (database, owners) in in_selected(facts, &mut findings, |d| &d.large_objects)? {
        let found = owners
            .iter()
            .map(|o| large_objects(facts, database, user, o));
        findings.found.extend(found);
    }
    Ok(findings)
}

fn schema(facts: &Facts, database: &str, user: &str, unreadable: &Unreadable) -> Finding {
    let name = &unreadable.schema;
    let which = match unreadable.names.as_deref() {
        None | Some([]) => String::new(),
        Some(names) => format!(": `{}`", names.join("`, `")),
    };
    let (of, object) = match &unreadable.extension {
        None => (String::new(), format!("{database}/schema/{name}")),
        Some(extension) => (
            format!(", of extension `{extension}`, whose rows a dump takes"),
            format!("extension/{database}/{extension}"),
        ),
    };
    let message = format!(
        "{} lacks {} in `{database}.{name}`{which}{of}",
        shown_user(facts, user),
        lacks(unreadable)
    );
    let finding = Finding::new(object, message)
        .evidence("tables", unreadable.tables)
        .evidence("sequences", unreadable.sequences);
    grants(user, unreadable)
        .into_iter()
        .fold(finding, |f, grant| {
            f.fix(Step::sql(database.to_owned(), grant).by_script())
        })
}

fn lacks(unreadable: &Unreadable) -> String {
    let mut lacks = Vec::new();
    if !unreadable.may_enter {
        lacks.push("USAGE on the schema".to_owned());
    }
    let kinds = [
        (unreadable.tables, "table"),
        (unreadable.sequences, "sequence"),
    ];
    for (count, noun) in kinds.iter().filter(|(count, _)| *count > 0) {
        let s = if *count == 1 { "" } else { "s" };
        lacks.push(format!("SELECT on {count} {noun}{s}"));
    }
    lacks.join(" and ")
}

fn grants(user: &str, unreadable: &Unreadable) -> Vec<String> {
    let (schema, user) = (
        command::identifier(&unreadable.schema),
        command::identifier(user),
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

fn large_objects(facts: &Facts, database: &str, user: &str, owned: &LargeObjects) -> Finding {
    let message = format!(
        "{} cannot read {} large object{} of `{}` in `{database}`",
        shown_user(facts, user),
        owned.objects,
        if owned.objects == 1 { "" } else { "s" },
        owned.owner
    );
    // Membership in the owner's role would grant more than read access, or everything if the owner is a superuser.
    let grants = format!(
        "SELECT format('GRANT SELECT ON LARGE OBJECT %s TO %I', oid, {}) FROM pg_largeobject_metadata \
         WHERE pg_get_userbyid(lomowner) = {} \\gexec",
        command::literal(user),
        command::literal(&owned.owner)
    );
    Finding::new(format!("{database}/large-objects/{}", owned.owner), message)
        .evidence("large objects", owned.objects)
        // psql treats text after `\gexec` on the same line as an argument.
        .fix(format!(
            "-- in psql, in database {}:",
            command::identifier(database)
        ))
        .fix(grants)
}
