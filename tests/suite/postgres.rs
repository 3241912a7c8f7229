//! The SQL backend against real servers: its answers, its failures and their messages.

mod answers;
mod certificates;
mod guards;
mod places;
mod secrets;
mod sign_in;
mod tls;

use std::time::Duration;

use flexready::inputs::Source;
use flexready::inputs::postgres::Database;
use flexready::inputs::postgres::conninfo::Access;
use flexready::queries::Query;
use flexready::question::{Answer, Question, Refusal, Side};
use serde_json::Value;
use tokio::time::Instant;

const LIMIT: Duration = Duration::from_secs(120);

/// Resolves a connection string in an environment without libpq variables.
fn access(conninfo: &str) -> Access {
    let env = |name: &str| (name == "USER").then(|| "nobody".to_owned());
    Access::resolve(Some(conninfo), &env).unwrap_or_else(|error| panic!("{conninfo}: {error}"))
}

fn database(conninfo: &str) -> Database {
    let deadline = Instant::now() + LIMIT;
    Database::new(
        access(conninfo),
        Side::Source,
        "migrator".to_owned(),
        deadline,
    )
}

/// A query that only exists in a test.
const fn query(name: &'static str, variants: &'static [(u32, &'static str)]) -> Query {
    Query { name, variants }
}

fn sql(database: &str, query: &'static str) -> Question {
    Question::Sql {
        side: Side::Source,
        database: database.to_owned(),
        query,
    }
}

fn connection(database: &str) -> Question {
    Question::Connection {
        side: Side::Source,
        database: database.to_owned(),
    }
}

#[track_caller]
fn given(answer: &Answer) -> &Value {
    match answer {
        Answer::Given(given) => &given.json,
        Answer::Refused(refusal) => panic!("refused: {:?} {refusal}", refusal.kind),
    }
}

#[track_caller]
fn refused(answer: &Answer) -> &Refusal {
    match answer {
        Answer::Refused(refusal) => refusal,
        Answer::Given(given) => panic!("given: {}", given.json),
    }
}

/// Returns the answer about the connection to the database of `conninfo`.
async fn about(conninfo: &str) -> Answer {
    let name = access(conninfo).database().to_owned();
    database(conninfo).ask(&[connection(&name)]).await.remove(0)
}
