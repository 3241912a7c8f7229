//! Checks of logical replication and of the connectivity of the source, on real servers.

mod online;
mod pooler;
mod way;
mod whole;

use std::collections::BTreeMap;
use std::time::Duration;

use flexready::checks::Severity;
use flexready::facts::Facts;
use flexready::inputs::Source;
use flexready::inputs::dns::Dns;
use flexready::inputs::live::Live;
use flexready::inputs::postgres::Database;
use flexready::inputs::postgres::conninfo::Access;
use flexready::plan::Migration;
use flexready::question::{Answers, Origin, Side};
use flexready::verdict::{Judgement, Policy, Status, judge};
use serde_json::{Value, json};
use time::OffsetDateTime;
use tokio::time::Instant;

/// The checks of these tests.
const OURS: &[&str] = &[
    "wal-level-not-logical",
    "replication-slots-short",
    "wal-senders-short",
    "wal-sender-times-out",
    "inactive-replication-slot",
    "slot-wal-limited",
    "decoding-plugin-missing",
    "table-without-identity",
    "long-transaction",
    "sequences-need-resync",
    "source-port-unusual",
    "source-ipv6-only",
    "source-tls-off",
    "source-listens-locally",
    "source-host-not-an-address",
    "source-address-unroutable",
    "source-behind-pooler",
];

/// An online migration of one database from a remote server. `source` is a merge patch for the source.
fn migration(database: &str, user: &str, source: Value) -> Migration {
    let mut said = json!({
        "host": "orders-db.corp.example", "port": 5432, "database": database, "user": user,
        "kind": "on-premises", "address": "10.20.0.5"
    });
    crate::fixtures::overlay::patch(&mut said, &source);
    let all = json!({ "name": "test", "scope": "source", "mode": "online", "databases": [database], "source": said });
    serde_json::from_value(all).unwrap()
}

fn live(conninfo: &str) -> Live {
    live_for(conninfo, None)
}

/// A live backend, optionally with a migration user that is not the connected role.
fn live_for(conninfo: &str, migration_user: Option<&str>) -> Live {
    let env = |name: &str| (name == "USER").then(|| "nobody".to_owned());
    let access = Access::resolve(Some(conninfo), &env).unwrap();
    let deadline = Instant::now() + Duration::from_secs(120);
    let user = migration_user.unwrap_or(access.user()).to_owned();
    Live {
        target: None,
        arm: None,
        source: Some(Database::new(access, Side::Source, user, deadline)),
        dns: Some(Dns::new(deadline)),
        tokens: None,
    }
}

/// The outcomes of the checks, and the verdict.
struct Seen {
    outcomes: BTreeMap<&'static str, (Status, String)>,
    verdict: flexready::verdict::Verdict,
}

impl Seen {
    /// The checks that have findings.
    fn failed(&self) -> Vec<&str> {
        self.of(Status::Fail)
    }

    fn of(&self, status: Status) -> Vec<&str> {
        let all = self.outcomes.iter();
        all.filter(|(_, (s, _))| *s == status)
            .map(|(id, _)| *id)
            .collect()
    }

    /// One line for each finding of a check, with severity, object and message. Then one line for each missing fact.
    #[track_caller]
    fn text(&self, id: &str) -> &str {
        &self.outcomes[id].1
    }
}

async fn ask(migration: &Migration, source: &dyn Source) -> Seen {
    let start = Answers::new(OffsetDateTime::now_utc(), Origin::Recorded);
    let (answers, _) = flexready::gather(migration, source, start).await;
    let policy = Policy {
        only: OURS.iter().map(|id| (*id).to_owned()).collect(),
        ..Policy::default()
    };
    seen(&judge(&Facts::read(migration, &answers), &policy))
}

fn seen(judgement: &Judgement) -> Seen {
    let outcomes = judgement.outcomes.iter().map(|outcome| {
        let found = outcome.findings.iter().map(|finding| {
            let weight = match outcome.severity_of(finding) {
                Severity::Blocker => 'B',
                Severity::Warning => 'W',
                Severity::Note => 'N',
            };
            format!("{weight} {}: {}", finding.object, finding.message)
        });
        let missing = outcome.missing.iter().map(|m| format!("? {}", m.reason));
        let lines: Vec<String> = found.chain(missing).collect();
        (outcome.check.id, (outcome.status, lines.join("\n")))
    });
    Seen {
        outcomes: outcomes.collect(),
        verdict: judgement.verdict,
    }
}
