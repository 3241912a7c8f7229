//! Scheduled jobs of extensions: pg_cron jobs and the pg_partman worker. Job commands are never read, because they can
//! contain secrets.

use serde::Deserialize;

use super::source_databases::SourceDatabases;
use super::source_parameters::SourceParameters;
use crate::facts::sql_reader::read_rows;
use crate::facts::{Fact, Missing};
use crate::question::{Answers, Question};

/// An active pg_cron job.
#[derive(Debug, Clone, Deserialize)]
pub struct CronJob {
    pub id: i64,
    pub name: Option<String>,
    pub schedule: String,
    /// The database in which the job runs. It can differ from the database that lists the job.
    pub database: String,
    pub maintains_partitions: bool,
    /// Total number of active jobs. The list is limited to 200.
    total: u64,
}

/// The jobs listed in one database.
#[derive(Debug, Clone)]
pub struct DatabaseJobs {
    pub database: String,
    /// `None`: pg_cron is not installed in the database.
    pub jobs: Fact<Option<CronJobs>>,
}

/// The active jobs that the connected role can see.
#[derive(Debug, Clone)]
pub struct CronJobs {
    pub active: Vec<CronJob>,
    /// Why there could be more jobs: row-level security hides jobs of other roles, or the list is truncated.
    pub missing_rows: Option<Missing>,
}

/// Job schedulers on the source.
#[derive(Debug)]
pub struct JobSchedulers {
    pub databases: Vec<DatabaseJobs>,
    /// Whether the pg_cron library is loaded.
    pub is_cron_loaded: Fact<bool>,
    /// The databases that the pg_partman worker maintains. Empty if it is not loaded.
    pub partman_databases: Fact<Vec<String>>,
}

#[derive(Deserialize)]
struct CronJobsRow {
    is_filtered: bool,
    jobs: Option<Vec<CronJob>>,
}

fn cron_jobs_question(database: &str) -> Question {
    Question::on_source(database, "cron_jobs")
}

/// The databases that can list jobs: those that are queried anyway, and pg_cron's database, whose jobs can run in any
/// database.
fn cron_databases<'a>(
    databases: &'a SourceDatabases,
    settings: Option<&'a SourceParameters>,
) -> Vec<&'a str> {
    let mut names = databases.to_query();
    let cron_database = settings
        .and_then(|s| s.find("cron.database_name")?.reset_val.as_deref())
        .filter(|name| databases.find(name).is_some());
    names.extend(cron_database);
    names.sort_unstable();
    names.dedup();
    names
}

/// Query `cron_jobs` for each database that can list jobs.
pub fn questions(
    databases: &SourceDatabases,
    settings: Option<&SourceParameters>,
) -> Vec<Question> {
    cron_databases(databases, settings)
        .into_iter()
        .map(cron_jobs_question)
        .collect()
}

/// Reads jobs and workers.
pub fn read(
    databases: &SourceDatabases,
    settings: &Fact<SourceParameters>,
    answers: &Answers,
) -> JobSchedulers {
    let settings = settings.as_ref().map_err(Clone::clone);
    let listed = cron_databases(databases, settings.as_ref().ok().copied())
        .into_iter()
        .map(|database| DatabaseJobs {
            database: database.to_owned(),
            jobs: read_jobs(database, answers),
        })
        .collect();
    JobSchedulers {
        databases: listed,
        is_cron_loaded: settings.clone().and_then(|s| s.preloads("pg_cron")),
        partman_databases: settings.map(partman_databases),
    }
}

fn read_jobs(database: &str, answers: &Answers) -> Fact<Option<CronJobs>> {
    let question = cron_jobs_question(database);
    let Some(row) = read_rows::<CronJobsRow>(answers, &question)?.pop() else {
        return Ok(None);
    };
    let active = row.jobs.unwrap_or_default();
    let total = active.first().map_or(0, |job| job.total);
    let hidden = if row.is_filtered {
        let reason = format!("`cron.job` in `{database}` shows this role its own jobs alone");
        let missing = Missing::unreadable(&question, reason);
        Some(missing.with_advice("ask as a superuser, or as a role with BYPASSRLS"))
    } else if total > active.len() as u64 {
        let reason = format!(
            "{total} jobs are active, of which {} are listed",
            active.len()
        );
        Some(Missing::unreadable(&question, reason))
    } else {
        None
    };
    Ok(Some(CronJobs {
        active,
        missing_rows: hidden,
    }))
}

/// The worker's parameters exist only if its library is loaded. All roles can read them.
fn partman_databases(settings: &SourceParameters) -> Vec<String> {
    let list = settings
        .find("pg_partman_bgw.dbname")
        .and_then(|s| s.reset_val.as_deref())
        .unwrap_or("");
    list.split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}
