//! The SQL backend against real servers: its answers, its failures and their messages.

mod authentication;
mod certificates;
mod connection_pool;
mod guards;
mod password_secrecy;
mod query_answers;
mod tls;

use std::time::Duration;

use flexready::backend::Backend;
use flexready::backend::postgres::PostgresBackend;
use flexready::backend::postgres::conninfo::ConnectOptions;
use flexready::queries::Query;
use flexready::question::{Answer, Failure, Question, Side};
use serde_json::Value;
use tokio::time::Instant;

const RUN_TIMEOUT: Duration = Duration::from_secs(120);

/// Resolves a connection string in an environment without libpq variables.
fn connect_options(conninfo: &str) -> ConnectOptions {
    let env = |name: &str| (name == "USER").then(|| "nobody".to_owned());
    ConnectOptions::resolve(Some(conninfo), &env)
        .unwrap_or_else(|error| panic!("{conninfo}: {error}"))
}

fn database(conninfo: &str) -> PostgresBackend {
    let deadline = Instant::now() + RUN_TIMEOUT;
    PostgresBackend::new(
        connect_options(conninfo),
        Side::Source,
        "migrator".to_owned(),
        deadline,
    )
}

/// A query that only exists in a test.
const fn test_query(name: &'static str, variants: &'static [(u32, &'static str)]) -> Query {
    Query { name, variants }
}

fn sql_question(database: &str, query: &'static str) -> Question {
    Question::on_source(database, query)
}

fn connection_question(database: &str) -> Question {
    Question::Connection {
        side: Side::Source,
        database: database.to_owned(),
    }
}

#[track_caller]
fn expect_body(answer: &Answer) -> &Value {
    match answer {
        Answer::Body(given) => &given.json,
        Answer::Failed(refusal) => panic!("refused: {:?} {refusal}", refusal.kind),
    }
}

#[track_caller]
fn refused(answer: &Answer) -> &Failure {
    match answer {
        Answer::Failed(refusal) => refusal,
        Answer::Body(given) => panic!("given: {}", given.json),
    }
}

/// Returns the answer about the connection to the database of `conninfo`.
async fn about(conninfo: &str) -> Answer {
    let name = connect_options(conninfo).database().to_owned();
    database(conninfo)
        .ask(&[connection_question(&name)])
        .await
        .remove(0)
}
