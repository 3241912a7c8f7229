//! Scheduled jobs of extensions change data and schema during the copy. Since 0.1.0.
//!
//! The check covers active pg_cron jobs, from whichever database lists them, and pg_partman's worker. A job list
//! without a loaded library runs nothing.

use crate::checks::{Check, CheckResult, Finding, Findings, FixStep, Needs, Object, Severity};
use crate::facts::source::installed_extensions::DatabaseExtensions;
use crate::facts::source::job_schedulers::{CronJob, DatabaseJobs, JobSchedulers};
use crate::facts::source::source_databases::SourceDatabase;
use crate::facts::{Facts, PerDatabase};
use crate::sql_quote::quote_literal;

pub const CHECK: Check = Check {
    id: "extension-jobs-running",
    title: "Scheduled jobs would run during the copy",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Source,
    mode: None,
    official: &[],
    why: "A job that changes data, or creates and drops partitions, while the databases are copied makes the copy fail or \
          differ. The documentation asks to stop the background jobs of pg_cron and pg_partman; it is no rule of the \
          service's validation.",
    fix: "Stop the jobs before the migration, and start them again on the target after the cutover.",
    verify: "SELECT jobid, schedule, database FROM cron.job WHERE active",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/concepts-migration-extensions",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let databases = facts.databases.as_ref()?;
    let schedulers = facts.job_schedulers.as_ref()?;
    let mut findings = Findings::none();
    let selected = findings.selected_databases(databases);
    // If only some databases were read, pg_cron can list its jobs in another one. The loaded libraries show this.
    if let Err(missing) = &schedulers.is_cron_loaded
        && !databases.requested().is_empty()
    {
        findings.add_missing(missing);
    }
    if schedulers.is_cron_loaded != Ok(false) {
        for listed in &schedulers.databases {
            check_cron(&mut findings, listed, &selected);
        }
    }
    check_partman(
        &mut findings,
        schedulers,
        facts.extensions.as_ref()?,
        &selected,
    );
    Ok(findings)
}

fn check_cron(findings: &mut Findings, listed: &DatabaseJobs, selected: &[&SourceDatabase]) {
    let Some(Some(jobs)) = findings.require(&listed.jobs) else {
        return;
    };
    if let Some(hidden) = &jobs.missing_rows {
        findings.add_missing(hidden);
    }
    let works_here = |job: &&CronJob| selected.iter().any(|d| d.name == job.database);
    let active: Vec<&CronJob> = jobs.active.iter().filter(works_here).collect();
    let count = match active.len() {
        0 => return,
        1 => "one active job".to_owned(),
        n => format!("{n} active jobs"),
    };
    let message = format!("`pg_cron` has {count} on databases of this migration");
    let mut finding = Finding::new(Object::extension(&listed.database, "pg_cron"), message);
    for job in &active {
        let name = job
            .name
            .as_deref()
            .map(|n| format!(" `{n}`"))
            .unwrap_or_default();
        let what = if job.maintains_partitions {
            ", maintains pg_partman's partitions"
        } else {
            ""
        };
        finding = finding.with_row(
            &format!("job {}{name}", job.id),
            format!("{} in `{}`{what}", job.schedule, job.database),
        );
    }
    let ids: Vec<String> = active.iter().map(|j| j.id.to_string()).collect();
    let statement = format!(
        "UPDATE cron.job SET active = false WHERE jobid IN ({})",
        ids.join(", ")
    );
    findings.push(finding.with_fix(FixStep::sql_in(&listed.database, statement)));
}

fn check_partman(
    findings: &mut Findings,
    schedulers: &JobSchedulers,
    extensions: &PerDatabase<DatabaseExtensions>,
    selected: &[&SourceDatabase],
) {
    for in_database in extensions
        .iter()
        .filter(|i| selected.iter().any(|d| d.name == i.database))
    {
        let name = &in_database.database;
        let installed = findings.require(&in_database.extensions);
        if !installed.is_some_and(|all| all.iter().any(|e| e.name == "pg_partman")) {
            continue;
        }
        let Some(maintained) = findings.require(&schedulers.partman_databases) else {
            continue;
        };
        if maintained.contains(name) {
            let message = format!("`pg_partman`'s worker creates and drops partitions in `{name}`");
            let others: Vec<&str> = maintained
                .iter()
                .map(String::as_str)
                .filter(|other| other != name)
                .collect();
            let fix = format!(
                "ALTER SYSTEM SET pg_partman_bgw.dbname = {}",
                quote_literal(&others.join(","))
            );
            findings.push(
                Finding::new(Object::extension(name, "pg_partman"), message)
                    .with_evidence("pg_partman_bgw.dbname", maintained.join(","))
                    .with_fix(FixStep::sql(fix).with_reload()),
            );
        }
    }
}
