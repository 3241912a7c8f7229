//! Runs against real servers with seeded problems. Exactly the expected checks fail, and none on a healthy database.

mod fake_standby;
mod installed_extensions;
mod workload;

use std::collections::BTreeSet;
use std::time::Duration;

use flexready::backend::postgres::PostgresBackend;
use flexready::backend::postgres::conninfo::ConnectOptions;
use flexready::config::{Migration, MigrationMode};
use flexready::facts::Facts;
use flexready::question::{Answers, Origin, Side};
use flexready::verdict::{CheckOutcome, Policy, Status, evaluate};
use serde_json::json;
use time::OffsetDateTime;
use tokio::time::Instant;

use crate::support::pg::PgServer;

/// A run of the checks of a source.
struct SourceRun<'s> {
    server: &'s PgServer,
    user: &'s str,
    databases: Vec<String>,
    mode: MigrationMode,
}

impl<'s> SourceRun<'s> {
    /// An offline run as superuser on these databases, or on all databases if the list is empty.
    fn new(server: &'s PgServer, databases: &[&str]) -> Self {
        SourceRun {
            server,
            user: server.superuser(),
            databases: databases.iter().map(|d| (*d).to_owned()).collect(),
            mode: MigrationMode::Offline,
        }
    }

    fn migration(&self) -> Migration {
        let first = self.databases.first().map_or("postgres", String::as_str);
        let migration = json!({
            "name": "test",
            "scope": "source",
            "mode": self.mode,
            "source": {
                "host": self.server.host(), "port": self.server.port(), "database": first, "user": self.user,
            },
            "databases": self.databases,
        });
        serde_json::from_value(migration).unwrap()
    }

    /// The outcomes of these checks, in the order of the report.
    fn outcomes(&self, checks: &[&str]) -> Vec<CheckOutcome> {
        let migration = self.migration();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let answers = runtime.block_on(async {
            let source = migration.source.as_ref().unwrap();
            let start = Answers::new(OffsetDateTime::now_utc(), Origin::Recorded);
            let database = self.connect(&source.database);
            flexready::collect_answers(&migration, &database, start)
                .await
                .0
        });
        let policy = Policy {
            only: checks.iter().map(|id| (*id).to_owned()).collect(),
            ..Policy::default()
        };
        evaluate(&Facts::read(&migration, &answers), &policy).outcomes
    }

    fn connect(&self, first: &str) -> PostgresBackend {
        let env = |name: &str| (name == "USER").then(|| "nobody".to_owned());
        let conninfo = self.server.conninfo(first).replace(
            &format!("user={}", self.server.superuser()),
            &format!("user={}", self.user),
        );
        let access = ConnectOptions::resolve(Some(&conninfo), &env).unwrap();
        let deadline = Instant::now() + Duration::from_secs(120);
        PostgresBackend::new(access, Side::Source, self.user.to_owned(), deadline)
    }

    /// `check object` for every finding, `check ?` for a check with missing facts, `check -` for not applicable.
    fn findings(&self, checks: &[&str]) -> BTreeSet<String> {
        let outcomes = self.outcomes(checks);
        assert_eq!(outcomes.len(), checks.len(), "a check is not of the source");
        let lines = |outcome: &CheckOutcome| {
            let id = outcome.check.id;
            let found = outcome
                .findings
                .iter()
                .map(|f| format!("{id} {}", f.object));
            let unknown = (!outcome.missing.is_empty()).then(|| format!("{id} ?"));
            let none = (outcome.status == Status::NotApplicable).then(|| format!("{id} -"));
            found.chain(unknown).chain(none).collect::<Vec<_>>()
        };
        outcomes.iter().flat_map(lines).collect()
    }
}

fn string_set(lines: impl IntoIterator<Item = String>) -> BTreeSet<String> {
    lines.into_iter().collect()
}
