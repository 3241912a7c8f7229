//! Checks for open prepared transactions. Since 0.1.0.
//! PostgreSQL rule: creating a logical slot waits for all running transactions of the cluster, including prepared ones.
//! A dump does not see the changes of a prepared transaction, and waits for its locks.

use super::per_database_checks::source_statement;
use crate::checks::{Check, CheckResult, Finding, Findings, Needs, Object, Severity};
use crate::commands::quote;
use crate::config::MigrationMode;
use crate::facts::Facts;
use crate::facts::source::copy_hazards::PreparedTransaction;

pub const CHECK: Check = Check {
    id: "prepared-transaction",
    title: "A prepared transaction is open",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Source,
    mode: None,
    official: &[],
    why: "An online migration cannot create its replication slot while a prepared transaction of any database is open. An \
          offline one copies without its changes, and waits for the locks that it holds.",
    fix: "Find out from the transaction manager whether it is to be committed or rolled back, and do so in its database.",
    verify: "SELECT gid, database, owner, prepared FROM pg_prepared_xacts",
    link: "https://www.postgresql.org/docs/current/view-pg-prepared-xacts.html",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let prepared = facts
        .copy_hazards
        .as_ref()?
        .prepared_transactions
        .as_ref()?;
    let mut findings = Findings::none();
    let is_online = facts.migration.mode == MigrationMode::Online;
    let selected_names: Option<Vec<&str>> = if is_online || prepared.rows.is_empty() {
        None
    } else {
        let selected = findings.selected_databases(facts.databases.as_ref()?);
        Some(selected.iter().map(|d| d.name.as_str()).collect())
    };
    for one in &prepared.rows {
        match &selected_names {
            None => findings.push(finding(one)),
            Some(taken) if taken.contains(&one.database.as_str()) => {
                findings.push(finding(one).with_severity(Severity::Warning))
            }
            Some(_) => {}
        }
    }
    Ok(findings)
}

fn finding(one: &PreparedTransaction) -> Finding {
    let PreparedTransaction {
        gid,
        database,
        owner,
        minutes,
    } = one;
    let rollback = format!("ROLLBACK PREPARED {}", quote::quote_literal(gid));
    let message = format!(
        "`{gid}` of `{owner}` in `{database}` has been prepared for {}",
        format_age(*minutes)
    );
    let note = format!(
        "in database {} (or COMMIT PREPARED)",
        quote::quote_identifier(database)
    );
    let step = source_statement(database, &rollback).naming_its_database();
    Finding::new(
        Object::in_database(database, "prepared-transaction", gid),
        message,
    )
    .with_fix(step.with_note(note))
}

/// Formats an age in minutes, hours, or days.
fn format_age(minutes: i64) -> String {
    match minutes {
        ..120 => format!("{minutes} minutes"),
        120..2880 => format!("{} hours", minutes / 60),
        _ => format!("{} days", minutes / 1440),
    }
}
