//! Privileges on real source servers: what each kind of auditor role can answer, and what `flexready grants` adds.

mod matrix;
mod providers;
mod rules;

use std::time::Duration;

use async_trait::async_trait;
use flexready::CheckRun;
use flexready::backend::Backend;
use flexready::backend::postgres::PostgresBackend;
use flexready::backend::postgres::conninfo::ConnectOptions;
use flexready::backend::recording::Recording;
use flexready::config::{Migration, MigrationMode};
use flexready::question::{Answer, Answers, Origin, Question, Side};
use flexready::verdict::Policy;

use crate::support::pg::PgServer;
use crate::support::recordings::fixtures_dir;

/// Major versions whose privileges differ: before and after `pg_read_all_data` (14) and INHERIT of a membership (16).
const MAJORS: [u32; 4] = [10, 13, 16, 18];

/// The migration user, which owns both databases.
const MIGRATION_USER: &str = "shop_owner";

/// Starts a server. Database `shop` contains everything that the access checks look for. Database `healthy` contains
/// none of it.
fn seeded_server(major: u32) -> PgServer {
    let server = PgServer::start(major, &[]);
    let roles = include_str!("roles.sql");
    roles
        .split(";\n")
        .filter(|s| !s.trim().is_empty())
        .for_each(|s| server.run("postgres", s));
    for (database, sql) in [
        ("shop", include_str!("shop.sql")),
        ("healthy", include_str!("healthy.sql")),
    ] {
        let session = server.open_session(database);
        sql.split(";\n")
            .filter(|s| !s.trim().is_empty())
            .for_each(|s| session.run(s));
    }
    server
}

/// Reads SQL answers from a real source, and ARM and DNS answers from the recorded target of the baseline.
struct AuditorBackend {
    target: Recording,
    source: PostgresBackend,
}

#[async_trait]
impl Backend for AuditorBackend {
    async fn ask(&self, questions: &[Question]) -> Vec<Answer> {
        let mut answers = self.source.ask(questions).await;
        for (question, answer) in questions.iter().zip(&mut answers) {
            if matches!(question, Question::Arm { .. } | Question::Dns { .. }) {
                *answer = self
                    .target
                    .ask(std::slice::from_ref(question))
                    .await
                    .remove(0);
            }
        }
        answers
    }
}

/// Checks the migration of one database of the server, connected as `role`.
fn check_database(server: &PgServer, role: &str, database: &str) -> CheckRun {
    let target = Recording::open(&fixtures_dir().join("baseline")).unwrap();
    let mut migration: Migration = target.migrations()[0].clone();
    let source = migration.source.as_mut().unwrap();
    (source.database, source.user) = ("postgres".to_owned(), role.to_owned());
    migration.databases = vec![database.to_owned()];
    migration.migration_user = Some(MIGRATION_USER.to_owned());
    migration.mode = MigrationMode::Online;
    let conninfo = format!(
        "host={} port={} user={role} dbname=postgres",
        server.host(),
        server.port()
    );
    let access = ConnectOptions::resolve(Some(&conninfo), &|_| None).unwrap();
    let start = Answers::new(target.empty_answers().recorded_at, Origin::Recorded);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let deadline = tokio::time::Instant::now() + Duration::from_secs(120);
        let source =
            PostgresBackend::new(access, Side::Source, MIGRATION_USER.to_owned(), deadline);
        flexready::check(
            &migration,
            &AuditorBackend { target, source },
            start,
            &Policy::default(),
        )
        .await
    })
}

/// The status of each check in `ids`, in that order.
fn statuses(run: &CheckRun, ids: &[&str]) -> Vec<String> {
    let report = serde_json::to_value(&run.report.migrations[0].checks).unwrap();
    let status = |id: &&str| {
        let mut checks = report.as_array().unwrap().iter();
        let check = checks
            .find(|c| c["id"] == **id)
            .unwrap_or_else(|| panic!("no check {id}"));
        check["status"].as_str().unwrap().to_owned()
    };
    ids.iter().map(status).collect()
}

/// The objects that a check reports.
fn finding_objects(run: &CheckRun, id: &str) -> Vec<String> {
    let mut checks = run.report.migrations[0].checks.iter();
    let check = checks
        .find(|c| c.id == id)
        .unwrap_or_else(|| panic!("no check {id}"));
    check
        .findings
        .iter()
        .map(|f| f.object.to_string())
        .collect()
}

/// The fix statements of a check for one object.
fn finding_fixes(run: &CheckRun, id: &str, object: &str) -> Vec<String> {
    let mut checks = run.report.migrations[0].checks.iter();
    let check = checks
        .find(|c| c.id == id)
        .unwrap_or_else(|| panic!("no check {id}"));
    let mut findings = check.findings.iter();
    let finding = findings.find(|f| f.object.to_string() == object).unwrap();
    finding.fix.clone()
}
