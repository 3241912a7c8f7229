//! Scheduled jobs of extensions: pg_cron jobs and the pg_partman worker. Job commands are never read, because they can
//! contain secrets.

use serde::Deserialize;

use super::databases::Databases;
use super::rows::rows;
use super::settings::Settings;
use super::{Fact, Missing};
use crate::question::{Answers, Question};

/// An active pg_cron job.
#[derive(Debug, Clone, Deserialize)]
pub struct Job {
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
pub struct Listed {
    pub database: String,
    /// `None`: pg_cron is not installed in the database.
    pub jobs: Fact<Option<Jobs>>,
}

/// The active jobs that the connected role can see.
#[derive(Debug, Clone)]
pub struct Jobs {
    pub active: Vec<Job>,
    /// Why there could be more jobs: row-level security hides jobs of other roles, or the list is truncated.
    pub hidden: Option<Missing>,
}

/// Job schedulers on the source.
#[derive(Debug)]
pub struct Schedulers {
    pub listed: Vec<Listed>,
    /// Whether the pg_cron library is loaded.
    pub has_cron: Fact<bool>,
    /// The databases that the pg_partman worker maintains. Empty if it is not loaded.
    pub partman: Fact<Vec<String>>,
}

#[derive(Deserialize)]
struct Row {
    is_filtered: bool,
    jobs: Option<Vec<Job>>,
}

fn question(database: &str) -> Question {
    Question::on_source(database, "cron_jobs")
}

/// The databases that can list jobs: those that are queried anyway, and pg_cron's database, whose jobs can run in any
/// database.
fn places<'a>(databases: &'a Databases, settings: Option<&'a Settings>) -> Vec<&'a str> {
    let mut places = databases.to_ask();
    let own = settings
        .and_then(|s| s.find("cron.database_name")?.reset_val.as_deref())
        .filter(|name| databases.find(name).is_some());
    places.extend(own);
    places.sort_unstable();
    places.dedup();
    places
}

/// Query `cron_jobs` for each database that can list jobs.
pub fn questions(databases: &Databases, settings: Option<&Settings>) -> Vec<Question> {
    places(databases, settings)
        .into_iter()
        .map(question)
        .collect()
}

/// Reads jobs and workers.
pub fn read(databases: &Databases, settings: &Fact<Settings>, answers: &Answers) -> Schedulers {
    let settings = settings.as_ref().map_err(Clone::clone);
    let listed = places(databases, settings.as_ref().ok().copied())
        .into_iter()
        .map(|database| Listed {
            database: database.to_owned(),
            jobs: jobs(database, answers),
        })
        .collect();
    Schedulers {
        listed,
        has_cron: settings.clone().and_then(|s| s.preloads("pg_cron")),
        partman: settings.map(partman),
    }
}

fn jobs(database: &str, answers: &Answers) -> Fact<Option<Jobs>> {
    let question = question(database);
    let Some(row) = rows::<Row>(answers, &question)?.pop() else {
        return Ok(None);
    };
    let active = row.jobs.unwrap_or_default();
    let total = active.first().map_or(0, |job| job.total);
    let hidden = if row.is_filtered {
        let reason = format!("`cron.job` in `{database}` shows this role its own jobs alone");
        let missing = Missing::unreadable(&question, reason);
        Some(missing.with_remedy("ask as a superuser, or as a role with BYPASSRLS"))
    } else if total > active.len() as u64 {
        let reason = format!(
            "{total} jobs are active, of which {} are listed",
            active.len()
        );
        Some(Missing::unreadable(&question, reason))
    } else {
        None
    };
    Ok(Some(Jobs { active, hidden }))
}

/// The worker's parameters exist only if its library is loaded. All roles can read them.
fn partman(settings: &Settings) -> Vec<String> {
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
