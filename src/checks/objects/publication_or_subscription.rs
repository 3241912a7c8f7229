//! Checks for publications and subscriptions, which connect the source to other servers. Since 0.1.0.
//! A copy of the data does not set up this replication on the target.
//! PostgreSQL rules: `CREATE PUBLICATION` and `CREATE SUBSCRIPTION`.

use super::per_database_checks::{check_copy_hazards, source_statement};
use crate::checks::{Check, CheckResult, Finding, FixStep, Needs, Object, Severity};
use crate::commands::quote;
use crate::facts::Facts;
use crate::facts::source::copy_hazards::{LogicalReplicationKind, LogicalReplicationObject};

pub const CHECK: Check = Check {
    id: "publication-or-subscription",
    title: "The source publishes or subscribes",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Source,
    mode: None,
    official: &[],
    why: "Replication from and to other servers has to be set up anew with the target. A subscription that goes on would apply \
          the same changes to the source and, through the migration, to the target.",
    fix: "Write down what is published and subscribed. Disable subscriptions before the migration; afterwards create \
          publications and subscriptions on the target, and point the subscribers of the source at it.",
    verify: "SELECT pubname, puballtables FROM pg_publication",
    link: "https://www.postgresql.org/docs/current/logical-replication.html",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let kind = "publication-or-subscription";
    check_copy_hazards(
        facts,
        kind,
        |r| &r.logical_replication,
        |database, row| Some(finding(database, row)),
    )
}

fn finding(database: &str, row: &LogicalReplicationObject) -> Finding {
    let name = quote::quote_identifier(&row.name);
    match row.kind {
        LogicalReplicationKind::Publication => {
            let restriction = match row.takes_all {
                Some(true) => {
                    "; as it takes all tables of the database or of a schema, only a superuser can create it, and a \
                               flexible server has none for you: list its tables"
                }
                _ => "",
            };
            let message = format!(
                "publication `{}` is to be created anew on the target{restriction}",
                row.name
            );
            let finding =
                Finding::new(Object::in_database(database, "publication", &name), message);
            with_recreate_steps(finding, database, "PUBLICATION", &name, "\\dRp+")
        }
        LogicalReplicationKind::Subscription => {
            let state = if row.is_enabled == Some(false) {
                "disabled"
            } else {
                "enabled"
            };
            let message = format!(
                "subscription `{}` is {state}, and is to be created anew on the target",
                row.name
            );
            let finding = Finding::new(
                Object::in_database(database, "subscription", &name),
                message,
            );
            let finding = match row.is_enabled {
                Some(false) => finding,
                _ => finding.with_fix(source_statement(
                    database,
                    &format!("ALTER SUBSCRIPTION {name} DISABLE"),
                )),
            };
            with_recreate_steps(finding, database, "SUBSCRIPTION", &name, "\\dRs+")
        }
    }
}

/// Adds steps that note the definition and recreate the object on the target.
/// The tables of a publication and the connection of a subscription are not read. psql shows them to the administrator.
fn with_recreate_steps(
    finding: Finding,
    database: &str,
    kind: &str,
    name: &str,
    psql_command: &str,
) -> Finding {
    let quoted = quote::quote_identifier(database);
    let keep = format!("psql, in database {quoted}: write down what `{psql_command} {name}` shows");
    let again = FixStep::sql_in(database, format!("CREATE {kind} {name} …"))
        .to_complete()
        .on_target()
        .afterwards()
        .naming_its_database()
        .with_note(format!(
            "on the target, in database {quoted}, as written down"
        ));
    finding.with_fix(FixStep::manual(keep)).with_fix(again)
}
