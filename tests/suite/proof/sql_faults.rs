//! Every SQL query × every fault of an answer, over the protocol of PostgreSQL. The server fails at one query of one
//! database. The outcomes are compared with those of the same sample without that answer.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use flexready::inputs::Source;
use flexready::inputs::postgres::Database;
use flexready::inputs::postgres::conninfo::Access;
use flexready::question::{Answer, Answers, Question, RefusalKind, Side};
use serde_json::Value;

use super::judged::Judged;
use super::spoken::{Fault, Spoken};
use super::worlds::{World, recorded, refused};

/// The maximum duration of one run.
const BOUND: Duration = Duration::from_secs(20);
/// The deadline of a run whose server stops replying.
const SHORT: Duration = Duration::from_millis(400);

const FAULTS: &[(&str, Fault)] = &[
    (
        "permission denied",
        Fault::Error("42501", "permission denied for view pg_something"),
    ),
    (
        "statement timeout",
        Fault::Error("57014", "canceling statement due to statement timeout"),
    ),
    (
        "lock timeout",
        Fault::Error("55P03", "canceling statement due to lock timeout"),
    ),
    (
        "conflict with recovery",
        Fault::Error("40001", "canceling statement due to conflict with recovery"),
    ),
    (
        "no such column",
        Fault::Error("42703", "column \"x\" does not exist"),
    ),
    ("out of memory", Fault::Error("53200", "out of memory")),
    (
        "server shutdown",
        Fault::Fatal(
            "57P01",
            "terminating connection due to administrator command",
        ),
    ),
    (
        "crash of another process",
        Fault::Fatal(
            "57P02",
            "terminating connection because of crash of another server process",
        ),
    ),
    ("reset", Fault::Reset),
    ("silence", Fault::Silence),
    ("no protocol", Fault::Garbage),
    ("no row", Fault::NoRow),
    ("not read only", Fault::NotReadOnly),
    ("not in hexadecimal", Fault::Bare("[]")),
    ("an object", Fault::Document(|_| "{}".to_owned())),
    ("null", Fault::Document(|_| "null".to_owned())),
    (
        "truncated",
        Fault::Document(|json| json.to_string()[..1].to_owned()),
    ),
    (
        "rows that are no objects",
        Fault::Document(|_| "[1, \"x\", null]".to_owned()),
    ),
    (
        "a row without columns",
        Fault::Document(|_| "[{}]".to_owned()),
    ),
    (
        "other columns",
        Fault::Document(|_| "[{\"flexready\": 1}]".to_owned()),
    ),
    ("columns of another type", Fault::Document(retyped)),
];

/// Gives every value of every row another type. A list without rows gets one item that is not a row.
fn retyped(json: &Value) -> String {
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
struct Mixed<'a> {
    spoken: Database,
    side: Side,
    database: &'a str,
    world: &'a World,
}

impl Mixed<'_> {
    fn is_spoken(&self, question: &Question) -> bool {
        matches!(question, Question::Sql { side, database, .. } if *side == self.side && database == self.database)
    }
}

#[async_trait]
impl Source for Mixed<'_> {
    async fn ask(&self, questions: &[Question]) -> Vec<Answer> {
        let own: Vec<Question> = questions
            .iter()
            .filter(|q| self.is_spoken(q))
            .cloned()
            .collect();
        let mut spoken = self.spoken.ask(&own).await.into_iter();
        let answers = questions
            .iter()
            .map(|question| match self.is_spoken(question) {
                true => spoken.next().unwrap(),
                false => self
                    .world
                    .answers
                    .get(question)
                    .cloned()
                    .unwrap_or_else(|| refused(RefusalKind::NotRecorded)),
            });
        answers.collect()
    }
}

/// A query in one database of a sample, with the outcomes with its answer and without it.
struct Asked<'a> {
    world: &'a World,
    side: Side,
    database: String,
    query: String,
    whole: &'a Judged,
    refused: Judged,
}

impl<'a> Asked<'a> {
    fn of(world: &'a World, whole: &'a Judged, key: &str) -> Option<Asked<'a>> {
        let (side, rest) = key.strip_prefix("sql:")?.split_once('/')?;
        let (database, query) = rest.split_once('/')?;
        Some(Asked {
            world,
            side: if side == "source" {
                Side::Source
            } else {
                Side::Target
            },
            database: database.to_owned(),
            query: query.to_owned(),
            whole,
            refused: world.without(key),
        })
    }

    fn judged(&self, wrong: Option<Fault>) -> Judged {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let wrong = wrong.map(|fault| (self.query.as_str(), fault));
            let time = if matches!(wrong, Some((_, Fault::Silence))) {
                SHORT
            } else {
                BOUND
            };
            let server = Spoken::new(self.world, self.side, &self.database, wrong);
            let conninfo = format!(
                "host=127.0.0.1 port={} user=u dbname={} sslmode=disable",
                server.listen().await,
                self.database
            );
            let access = Access::resolve(Some(&conninfo), &|_| None).unwrap();
            let deadline = tokio::time::Instant::now() + time;
            let source = Mixed {
                spoken: Database::new(access, self.side, "migrator".to_owned(), deadline),
                side: self.side,
                database: &self.database,
                world: self.world,
            };
            let start = Answers::new(self.world.answers.recorded_at, self.world.answers.origin);
            let (answers, _) = flexready::gather(&self.world.migration, &source, start).await;
            Judged::of(&self.world.migration, &answers)
        })
    }

    fn suffers(&self, name: &str, fault: Fault) -> Vec<String> {
        let before = Instant::now();
        let after = self.judged(Some(fault));
        let mut wrong = after.greener_than(self.whole);
        wrong.extend(after.knows_more_than(&self.refused));
        if before.elapsed() > BOUND {
            wrong.push(format!("took {:?}", before.elapsed()));
        }
        let named = |what| {
            format!(
                "{}: {}/{}: {name}: {what}",
                self.world.name, self.database, self.query
            )
        };
        wrong.into_iter().map(named).collect()
    }
}

/// Runs all faults at the queries of a healthy sample.
///
/// Returns their number and the messages of those that gave a wrong verdict.
pub fn try_all() -> (usize, Vec<String>) {
    let world = recorded()
        .into_iter()
        .find(|w| w.name == "baseline, online")
        .unwrap();
    let whole = world.judged();
    let keys = world.keys();
    let questions: Vec<Asked> = keys
        .iter()
        .filter_map(|key| Asked::of(&world, &whole, key))
        .collect();
    let spoken = questions[0].judged(None);
    let differs = [spoken.greener_than(&whole), whole.greener_than(&spoken)].concat();
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
            wrong.lock().unwrap().extend(question.suffers(name, *fault));
        }
    };
    std::thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(work))));
    (tries.len(), wrong.into_inner().unwrap())
}
