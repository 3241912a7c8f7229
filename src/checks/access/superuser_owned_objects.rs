//! Checks for objects owned by a superuser, because the target has no such owner. Since 0.1.0.
//! Implements the Azure Migrate assessment rule for objects owned by a superuser.

use super::rows_per_database;
use crate::checks::{
    Check, CheckResult, Finding, Findings, FixStep, Needs, Object, OfficialRule, Severity,
};
use crate::commands::quote;
use crate::facts::Facts;
use crate::facts::source::privileges::SuperuserOwnership;
use crate::plural::count_noun;
use crate::reference::providers;

pub const CHECK: Check = Check {
    id: "superuser-owned-objects",
    title: "A superuser owns objects of a database",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Source,
    mode: None,
    official: &[OfficialRule::AzureMigrate("superuser")],
    why: "The target has no superuser who could own them: they come to belong to whoever restores them, or their \
          `ALTER … OWNER TO` fails, and functions with SECURITY DEFINER lose the rights that they had.",
    fix: "Give the objects to a role without SUPERUSER before the migration, best to the owner of the database.",
    verify: "SELECT relname, pg_get_userbyid(relowner) FROM pg_class WHERE oid >= 16384 AND relowner IN (SELECT oid FROM \
           pg_roles WHERE rolsuper)",
    link: "https://learn.microsoft.com/azure/migrate/assessment-rules-for-postgresql",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let mut findings = Findings::none();
    let databases = rows_per_database(facts, &mut findings, |d| &d.superuser_owned)?;
    for (database, owners) in databases {
        let owner = facts
            .databases
            .as_ref()?
            .find(database)
            .map(|d| d.owner.as_str());
        let found = owners.iter().map(|o| finding(database, o, owner));
        findings.items.extend(found);
    }
    Ok(findings)
}

fn finding(database: &str, owned: &SuperuserOwnership, new_owner: Option<&str>) -> Finding {
    let counts = [
        (owned.schemas, "schema"),
        (owned.relations, "relation"),
        (owned.functions, "function"),
        (owned.types, "type"),
    ];
    let known = counts.iter().filter(|(count, _)| *count > 0);
    let counted: Vec<String> = known
        .map(|(count, noun)| count_noun(*count, noun))
        .collect();
    let whose = if providers::is_provider_superuser(&owned.owner) {
        ", which other objects need"
    } else {
        ""
    };
    let message = format!(
        "superuser `{}` owns {} in `{database}`{whose}: `{}`",
        owned.owner,
        counted.join(", "),
        owned.names.join("`, `")
    );
    let finding = Finding::new(
        Object::in_database(database, "owner", &owned.owner),
        message,
    )
    .with_evidence("schemas", owned.schemas)
    .with_evidence("relations", owned.relations)
    .with_evidence("functions", owned.functions)
    .with_evidence("types", owned.types);
    match new_owner.filter(|o| *o != owned.owner) {
        Some(owner) => ownership_steps(database, owned, owner)
            .into_iter()
            .fold(finding, Finding::with_fix),
        None => finding,
    }
}

/// Returns an `ALTER … OWNER TO` step for each object with a known kind and name.
/// One template covers the rest.
fn ownership_steps(database: &str, owned: &SuperuserOwnership, owner: &str) -> Vec<FixStep> {
    let owner = quote::quote_identifier(owner);
    let known = owned.objects.iter().map(|object| {
        let statement = format!("ALTER {} {} OWNER TO {owner}", object.kind, object.name);
        FixStep::sql_in(database, statement)
    });
    let mut steps: Vec<FixStep> = known.collect();
    let total = owned.schemas + owned.relations + owned.functions + owned.types;
    if total > steps.len() as u64 {
        let each = if steps.is_empty() {
            "for each"
        } else {
            "for each of the others, but not for sequences of a column"
        };
        let statement = format!("ALTER <schema, table, function or type> OWNER TO {owner}");
        let note = format!("{each}, in database {}", quote::quote_identifier(database));
        let step = FixStep::sql_in(database, statement).to_complete();
        steps.push(step.naming_its_database().with_note(note));
    }
    steps
}
