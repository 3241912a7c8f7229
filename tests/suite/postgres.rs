//! The SQL input against real servers: what it reads, what it is refused, and how it says so.
//! Here: the few words that all these tests are written in.

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

/// Resolves in an environment without any variable of libpq.
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

/// A query of a test's own.
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

/// What connecting to the database of `conninfo` shows.
async fn about(conninfo: &str) -> Answer {
    let name = access(conninfo).database().to_owned();
    database(conninfo).ask(&[connection(&name)]).await.remove(0)
}
