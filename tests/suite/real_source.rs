//! Runs checks on a real source server, together with the target of the baseline at any major version.
//! Used by the tests of checks that read the contents of databases.

use std::collections::BTreeSet;
use std::time::Duration;

use async_trait::async_trait;
use flexready::backend::Backend;
use flexready::backend::postgres::PostgresBackend;
use flexready::backend::postgres::conninfo::ConnectOptions;
use flexready::backend::recording::Recording;
use flexready::config::{Migration, MigrationMode};
use flexready::facts::Facts;
use flexready::question::{Answer, Question, Side};
use flexready::verdict::{CheckOutcome, Policy, evaluate};
use serde_json::json;
use tokio::time::Instant;

use crate::fixtures::overlay::{FixtureCase, Overlay};
use crate::support::pg::PgServer;
use crate::support::recordings::fixtures_dir;

/// A backend whose target is the baseline and whose source is a real server.
struct RealSourceBackend {
    target: Overlay,
    source: PostgresBackend,
}

#[async_trait]
impl Backend for RealSourceBackend {
    async fn ask(&self, questions: &[Question]) -> Vec<Answer> {
        let (arm, sql): (Vec<Question>, Vec<Question>) = questions
            .iter()
            .cloned()
            .partition(|q| matches!(q, Question::Arm { .. } | Question::Dns { .. }));
        let mut arm = (arm.clone().into_iter().map(|q| q.key()))
            .zip(self.target.ask(&arm).await)
            .chain(
                sql.iter()
                    .map(Question::key)
                    .zip(self.source.ask(&sql).await),
            )
            .collect::<std::collections::BTreeMap<_, _>>();
        questions
            .iter()
            .map(|q| arm.remove(&q.key()).unwrap())
            .collect()
    }
}

/// Runs the checks `check_ids` on databases of a real server, with a target of this major version.
///
/// Fails if an answer contains `CANARY`, which marks secrets in the seeds.
pub fn outcomes_on_server(
    server: &PgServer,
    databases: &[&str],
    target_major: u32,
    mode: MigrationMode,
    check_ids: &[&str],
) -> Vec<CheckOutcome> {
    let baseline = Recording::open(&fixtures_dir().join("baseline")).unwrap();
    let start = baseline.empty_answers();
    let case: FixtureCase = serde_json::from_value(json!({
        "answers": { "/orders-target?": { "patch": { "properties": { "version": target_major.to_string() } } } }
    }))
    .unwrap();
    let mut migration: Migration = baseline.migrations()[0].clone();
    let source = migration.source.as_mut().unwrap();
    source.database = databases[0].to_owned();
    migration.databases = databases.iter().map(|d| (*d).to_owned()).collect();
    migration.mode = mode;
    let env = |name: &str| (name == "USER").then(|| "nobody".to_owned());
    let options = ConnectOptions::resolve(Some(&server.conninfo(databases[0])), &env).unwrap();
    let deadline = Instant::now() + Duration::from_secs(120);
    let backend = RealSourceBackend {
        target: Overlay::new(&case),
        source: PostgresBackend::new(options, Side::Source, "postgres".to_owned(), deadline),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (answers, _) = runtime.block_on(flexready::collect_answers(&migration, &backend, start));
    for (key, answer) in answers.iter() {
        assert!(
            !format!("{answer:?}").contains("CANARY"),
            "{key} tells a secret"
        );
    }
    let policy = Policy {
        only: check_ids.iter().map(|id| (*id).to_owned()).collect(),
        ..Policy::default()
    };
    evaluate(&Facts::read(&migration, &answers), &policy).outcomes
}

/// Returns the check and object of each finding, and the check and reason of each missing fact.
pub fn found_objects(outcomes: &[CheckOutcome]) -> BTreeSet<(String, String)> {
    let mut all = BTreeSet::new();
    for outcome in outcomes {
        let id = outcome.check.id.to_owned();
        all.extend(
            outcome
                .findings
                .iter()
                .map(|f| (id.clone(), f.object.to_string())),
        );
        all.extend(
            outcome
                .missing
                .iter()
                .map(|m| (id.clone(), format!("unknown: {}", m.reason))),
        );
    }
    all
}
