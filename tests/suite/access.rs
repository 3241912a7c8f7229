//! Privileges on real source servers: what each kind of auditor role can answer, and what `flexready grants` adds.

mod matrix;
mod providers;
mod rules;

use std::time::Duration;

use async_trait::async_trait;
use flexready::Run;
use flexready::inputs::Source;
use flexready::inputs::postgres::Database;
use flexready::inputs::postgres::conninfo::Access;
use flexready::inputs::recording::Recording;
use flexready::plan::{Migration, Mode};
use flexready::question::{Answer, Answers, Origin, Question, Side};
use flexready::verdict::Policy;

use crate::fixtures::folder;
use crate::support::pg::Server;

/// Major versions whose privileges differ: before and after `pg_read_all_data` (14) and INHERIT of a membership (16).
const MAJORS: [u32; 4] = [10, 13, 16, 18];

/// The migration user, which owns both databases.
const OWNER: &str = "shop_owner";

/// Starts a server. Database `shop` contains everything that the access checks look for. Database `healthy` contains
/// none of it.
fn seed(major: u32) -> Server {
    let server = Server::start(major, &[]);
    let roles = include_str!("access/roles.sql");
    roles
        .split(";\n")
        .filter(|s| !s.trim().is_empty())
        .for_each(|s| server.run("postgres", s));
    for (database, sql) in [
        ("shop", include_str!("access/shop.sql")),
        ("healthy", include_str!("access/healthy.sql")),
    ] {
        let session = server.session(database);
        sql.split(";\n")
            .filter(|s| !s.trim().is_empty())
            .for_each(|s| session.run(s));
    }
    server
}

/// Reads SQL answers from a real source, and ARM and DNS answers from the recorded target of the baseline.
struct Pair {
    target: Recording,
    source: Database,
}

#[async_trait]
impl Source for Pair {
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
fn judge(server: &Server, role: &str, database: &str) -> Run {
    let target = Recording::open(&folder().join("baseline")).unwrap();
    let mut migration: Migration = target.migrations()[0].clone();
    let source = migration.source.as_mut().unwrap();
    (source.database, source.user) = ("postgres".to_owned(), role.to_owned());
    migration.databases = vec![database.to_owned()];
    migration.migration_user = Some(OWNER.to_owned());
    migration.mode = Mode::Online;
    let conninfo = format!(
        "host={} port={} user={role} dbname=postgres",
        server.host(),
        server.port()
    );
    let access = Access::resolve(Some(&conninfo), &|_| None).unwrap();
    let start = Answers::new(target.start().recorded_at, Origin::Recorded);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let deadline = tokio::time::Instant::now() + Duration::from_secs(120);
        let source = Database::new(access, Side::Source, OWNER.to_owned(), deadline);
        flexready::check(
            &migration,
            &Pair { target, source },
            start,
            &Policy::default(),
        )
        .await
    })
}

/// The status of each check in `ids`, in that order.
fn statuses(run: &Run, ids: &[&str]) -> Vec<String> {
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
fn objects(run: &Run, id: &str) -> Vec<String> {
    let mut checks = run.report.migrations[0].checks.iter();
    let check = checks
        .find(|c| c.id == id)
        .unwrap_or_else(|| panic!("no check {id}"));
    check.findings.iter().map(|f| f.object.clone()).collect()
}

/// The fix statements of a check for one object.
fn fixes(run: &Run, id: &str, object: &str) -> Vec<String> {
    let mut checks = run.report.migrations[0].checks.iter();
    let check = checks
        .find(|c| c.id == id)
        .unwrap_or_else(|| panic!("no check {id}"));
    let mut findings = check.findings.iter();
    let finding = findings.find(|f| f.object == object).unwrap();
    finding.fix.clone()
}
