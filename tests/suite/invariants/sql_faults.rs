//! Every SQL query × every fault of an answer, over the protocol of PostgreSQL. The server fails at one query of one
//! database. The outcomes are compared with those of the same sample without that answer.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use flexready::backend::Backend;
use flexready::backend::postgres::PostgresBackend;
use flexready::backend::postgres::conninfo::ConnectOptions;
use flexready::question::{Answer, Answers, FailureKind, Question, Side};
use serde_json::Value;

use super::fake_postgres::{FakePostgres, SqlFault};
use super::outcome_compare::CheckOutcomes;
use super::samples::{Sample, recorded_samples, refused};

/// The maximum duration of one run.
const MAX_RUN_TIME: Duration = Duration::from_secs(20);
/// The deadline of a run whose server stops replying.
const SILENT_SERVER_TIMEOUT: Duration = Duration::from_millis(400);

const FAULTS: &[(&str, SqlFault)] = &[
    (
        "permission denied",
        SqlFault::Error("42501", "permission denied for view pg_something"),
    ),
    (
        "statement timeout",
        SqlFault::Error("57014", "canceling statement due to statement timeout"),
    ),
    (
        "lock timeout",
        SqlFault::Error("55P03", "canceling statement due to lock timeout"),
    ),
    (
        "conflict with recovery",
        SqlFault::Error("40001", "canceling statement due to conflict with recovery"),
    ),
    (
        "no such column",
        SqlFault::Error("42703", "column \"x\" does not exist"),
    ),
    ("out of memory", SqlFault::Error("53200", "out of memory")),
    (
        "server shutdown",
        SqlFault::Fatal(
            "57P01",
            "terminating connection due to administrator command",
        ),
    ),
    (
        "crash of another process",
        SqlFault::Fatal(
            "57P02",
            "terminating connection because of crash of another server process",
        ),
    ),
    ("reset", SqlFault::Reset),
    ("silence", SqlFault::Silence),
    ("no protocol", SqlFault::Garbage),
    ("no row", SqlFault::NoRow),
    ("not read only", SqlFault::NotReadOnly),
    ("not in hexadecimal", SqlFault::RawText("[]")),
    ("an object", SqlFault::Document(|_| "{}".to_owned())),
    ("null", SqlFault::Document(|_| "null".to_owned())),
    (
        "truncated",
        SqlFault::Document(|json| json.to_string()[..1].to_owned()),
    ),
    (
        "rows that are no objects",
        SqlFault::Document(|_| "[1, \"x\", null]".to_owned()),
    ),
    (
        "a row without columns",
        SqlFault::Document(|_| "[{}]".to_owned()),
    ),
    (
        "other columns",
        SqlFault::Document(|_| "[{\"flexready\": 1}]".to_owned()),
    ),
    (
        "columns of another type",
        SqlFault::Document(with_other_types),
    ),
];

/// Gives every value of every row another type. A list without rows gets one item that is not a row.
fn with_other_types(json: &Value) -> String {
    let mut json = json.clone();
    let rows = json.as_array_mut().filter(|rows| !rows.is_empty());
    let Some(rows) = rows else {
        return "[[]]".to_owned();
    };
    for value in rows
        .iter_mut()
        .filter_map(Value::as_object_mut)
        .flat_map(|row| row.values_mut())
    {
        *value = serde_json::json!({ "of": "another type" });
    }
    json.to_string()
}

/// A backend that queries one database over the protocol and reads all other answers from the sample.
struct SqlOverProtocol<'a> {
    backend: PostgresBackend,
    side: Side,
    database: &'a str,
    sample: &'a Sample,
}

impl SqlOverProtocol<'_> {
    fn is_over_protocol(&self, question: &Question) -> bool {
        matches!(question, Question::Sql { side, database, .. } if *side == self.side && database == self.database)
    }
}

#[async_trait]
impl Backend for SqlOverProtocol<'_> {
    async fn ask(&self, questions: &[Question]) -> Vec<Answer> {
        let over_protocol: Vec<Question> = questions
            .iter()
            .filter(|q| self.is_over_protocol(q))
            .cloned()
            .collect();
        let mut protocol_answers = self.backend.ask(&over_protocol).await.into_iter();
        let answers = questions.iter().map(|question| {
            if self.is_over_protocol(question) {
                protocol_answers.next().unwrap()
            } else {
                self.sample
                    .answers
                    .get(question)
                    .cloned()
                    .unwrap_or_else(|| refused(FailureKind::NotRecorded))
            }
        });
        answers.collect()
    }
}

/// A query in one database of a sample, with the outcomes with its answer and without it.
struct SqlFaultTarget<'a> {
    sample: &'a Sample,
    side: Side,
    database: String,
    query: String,
    complete: &'a CheckOutcomes,
    unanswered: CheckOutcomes,
}

impl<'a> SqlFaultTarget<'a> {
    fn from_key(
        sample: &'a Sample,
        complete: &'a CheckOutcomes,
        key: &str,
    ) -> Option<SqlFaultTarget<'a>> {
        let (side, rest) = key.strip_prefix("sql:")?.split_once('/')?;
        let (database, query) = rest.split_once('/')?;
        Some(SqlFaultTarget {
            sample,
            side: if side == "source" {
                Side::Source
            } else {
                Side::Target
            },
            database: database.to_owned(),
            query: query.to_owned(),
            complete,
            unanswered: sample.outcomes_without(key),
        })
    }

    fn outcomes(&self, wrong: Option<SqlFault>) -> CheckOutcomes {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let wrong = wrong.map(|fault| (self.query.as_str(), fault));
            let time = if matches!(wrong, Some((_, SqlFault::Silence))) {
                SILENT_SERVER_TIMEOUT
            } else {
                MAX_RUN_TIME
            };
            let server = FakePostgres::new(self.sample, self.side, &self.database, wrong);
            let conninfo = format!(
                "host=127.0.0.1 port={} user=u dbname={} sslmode=disable",
                server.listen().await,
                self.database
            );
            let access = ConnectOptions::resolve(Some(&conninfo), &|_| None).unwrap();
            let deadline = tokio::time::Instant::now() + time;
            let source = SqlOverProtocol {
                backend: PostgresBackend::new(access, self.side, "migrator".to_owned(), deadline),
                side: self.side,
                database: &self.database,
                sample: self.sample,
            };
            let start = Answers::new(self.sample.answers.recorded_at, self.sample.answers.origin);
            let (answers, _) =
                flexready::collect_answers(&self.sample.migration, &source, start).await;
            CheckOutcomes::from_answers(&self.sample.migration, &answers)
        })
    }

    fn violations(&self, name: &str, fault: SqlFault) -> Vec<String> {
        let before = Instant::now();
        let after = self.outcomes(Some(fault));
        let mut wrong = after.improvements_over(self.complete);
        wrong.extend(after.unjustified_passes(&self.unanswered));
        if before.elapsed() > MAX_RUN_TIME {
            wrong.push(format!("took {:?}", before.elapsed()));
        }
        let describe = |what| {
            format!(
                "{}: {}/{}: {name}: {what}",
                self.sample.name, self.database, self.query
            )
        };
        wrong.into_iter().map(describe).collect()
    }
}

/// Runs all faults at the queries of a healthy sample.
///
/// Returns their number and the messages of those that gave a wrong verdict.
pub fn try_all_faults() -> (usize, Vec<String>) {
    let sample = recorded_samples()
        .into_iter()
        .find(|w| w.name == "baseline, online")
        .unwrap();
    let complete = sample.outcomes();
    let keys = sample.keys();
    let questions: Vec<SqlFaultTarget> = keys
        .iter()
        .filter_map(|key| SqlFaultTarget::from_key(&sample, &complete, key))
        .collect();
    let over_protocol = questions[0].outcomes(None);
    let differs = [
        over_protocol.improvements_over(&complete),
        complete.improvements_over(&over_protocol),
    ]
    .concat();
    assert!(
        differs.is_empty(),
        "without a fault all is as recorded: {differs:?}"
    );
    let tries: Vec<_> = questions
        .iter()
        .flat_map(|q| FAULTS.iter().map(move |fault| (q, fault)))
        .collect();
    let next = AtomicUsize::new(0);
    let wrong = Mutex::new(Vec::new());
    let work = || {
        while let Some((question, (name, fault))) = tries.get(next.fetch_add(1, Ordering::Relaxed))
        {
            wrong
                .lock()
                .unwrap()
                .extend(question.violations(name, *fault));
        }
    };
    std::thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(work))));
    (tries.len(), wrong.into_inner().unwrap())
}
