//! Scheduled jobs of extensions change data and schema during the copy. Since 0.1.0.
//!
//! The check covers active pg_cron jobs, from whichever database lists them, and pg_partman's worker. A job list
//! without a loaded library runs nothing.

use crate::checks::{Check, Finding, Findings, Judged, Needs, Severity, command};
use crate::facts::Facts;
use crate::facts::databases::Database;
use crate::facts::extensions::InDatabase;
use crate::facts::jobs::{Job, Listed, Schedulers};

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
    look: "SELECT jobid, schedule, database FROM cron.job WHERE active",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/concepts-migration-extensions",
    run,
};

fn run(facts: &Facts) -> Judged {
    let databases = facts.databases.as_ref()?;
    let schedulers = facts.schedulers.as_ref()?;
    let mut findings = Findings::none();
    let selected = findings.selected(databases);
    // If only some databases were read, pg_cron can list its jobs in another one. The loaded libraries show this.
    if let Err(missing) = &schedulers.has_cron
        && !databases.named().is_empty()
    {
        findings.unknown(missing);
    }
    if schedulers.has_cron != Ok(false) {
        for listed in &schedulers.listed {
            cron(&mut findings, listed, &selected);
        }
    }
    partman(
        &mut findings,
        schedulers,
        facts.extensions.as_ref()?,
        &selected,
    );
    Ok(findings)
}

fn cron(findings: &mut Findings, listed: &Listed, selected: &[&Database]) {
    let Some(Some(jobs)) = findings.know(&listed.jobs) else {
        return;
    };
    if let Some(hidden) = &jobs.hidden {
        findings.unknown(hidden);
    }
    let works_here = |job: &&Job| selected.iter().any(|d| d.name == job.database);
    let active: Vec<&Job> = jobs.active.iter().filter(works_here).collect();
    let count = match active.len() {
        0 => return,
        1 => "one active job".to_owned(),
        n => format!("{n} active jobs"),
    };
    let message = format!("`pg_cron` has {count} on databases of this migration");
    let mut finding = Finding::new(format!("extension/{}/pg_cron", listed.database), message);
    for job in &active {
        let name = job
            .name
            .as_deref()
            .map(|n| format!(" `{n}`"))
            .unwrap_or_default();
        let what = match job.maintains_partitions {
            true => ", maintains pg_partman's partitions",
            false => "",
        };
        finding = finding.row(
            &format!("job {}{name}", job.id),
            format!("{} in `{}`{what}", job.schedule, job.database),
        );
    }
    let ids: Vec<String> = active.iter().map(|j| j.id.to_string()).collect();
    findings.push(finding.fix(format!(
        "UPDATE cron.job SET active = false WHERE jobid IN ({}); -- in database {}",
        ids.join(", "),
        command::identifier(&listed.database)
    )));
}

fn partman(
    findings: &mut Findings,
    schedulers: &Schedulers,
    extensions: &[InDatabase],
    selected: &[&Database],
) {
    for in_database in extensions
        .iter()
        .filter(|i| selected.iter().any(|d| d.name == i.database))
    {
        let name = &in_database.database;
        let installed = findings.know(&in_database.extensions);
        if !installed.is_some_and(|all| all.iter().any(|e| e.name == "pg_partman")) {
            continue;
        }
        let Some(maintained) = findings.know(&schedulers.partman) else {
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
                "ALTER SYSTEM SET pg_partman_bgw.dbname = '{}'; SELECT pg_reload_conf();",
                others.join(",").replace('\'', "''")
            );
            findings.push(
                Finding::new(format!("extension/{name}/pg_partman"), message)
                    .evidence("pg_partman_bgw.dbname", maintained.join(","))
                    .fix(fix),
            );
        }
    }
}
