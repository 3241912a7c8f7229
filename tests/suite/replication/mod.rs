//! Checks of logical replication and of the connectivity of the source, on real servers.

mod online_checks;
mod online_e2e;
mod pooler_detection;
mod source_connectivity;

use std::collections::BTreeMap;
use std::time::Duration;

use flexready::backend::Backend;
use flexready::backend::dns::DnsBackend;
use flexready::backend::live::LiveBackend;
use flexready::backend::postgres::PostgresBackend;
use flexready::backend::postgres::conninfo::ConnectOptions;
use flexready::checks::Severity;
use flexready::config::Migration;
use flexready::facts::Facts;
use flexready::question::{Answers, Origin, Side};
use flexready::verdict::{Evaluation, Policy, Status, evaluate};
use serde_json::{Value, json};
use time::OffsetDateTime;
use tokio::time::Instant;

/// The checks of these tests.
const CHECK_IDS: &[&str] = &[
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
fn online_migration(database: &str, user: &str, source: Value) -> Migration {
    let mut source_fields = json!({
        "host": "orders-db.corp.example", "port": 5432, "database": database, "user": user,
        "kind": "on-premises", "address": "10.20.0.5"
    });
    crate::fixtures::overlay::merge_patch(&mut source_fields, &source);
    let all = json!({ "name": "test", "scope": "source", "mode": "online", "databases": [database], "source": source_fields });
    serde_json::from_value(all).unwrap()
}

fn live_backend(conninfo: &str) -> LiveBackend {
    live_backend_as(conninfo, None)
}

/// A live backend, optionally with a migration user that is not the connected role.
fn live_backend_as(conninfo: &str, migration_user: Option<&str>) -> LiveBackend {
    let env = |name: &str| (name == "USER").then(|| "nobody".to_owned());
    let access = ConnectOptions::resolve(Some(conninfo), &env).unwrap();
    let deadline = Instant::now() + Duration::from_secs(120);
    let user = migration_user.unwrap_or(access.user()).to_owned();
    LiveBackend {
        target: None,
        arm: None,
        source: Some(PostgresBackend::new(access, Side::Source, user, deadline)),
        dns: Some(DnsBackend::new(deadline)),
        tokens: None,
    }
}

/// The outcomes of the checks, and the verdict.
struct ReplicationOutcomes {
    outcomes: BTreeMap<&'static str, (Status, String)>,
    verdict: flexready::verdict::Verdict,
}

impl ReplicationOutcomes {
    /// The checks that have findings.
    fn failed_checks(&self) -> Vec<&str> {
        self.with_status(Status::Fail)
    }

    fn with_status(&self, status: Status) -> Vec<&str> {
        let all = self.outcomes.iter();
        all.filter(|(_, (s, _))| *s == status)
            .map(|(id, _)| *id)
            .collect()
    }

    /// One line for each finding of a check, with severity, object and message. Then one line for each missing fact.
    #[track_caller]
    fn describe(&self, id: &str) -> &str {
        &self.outcomes[id].1
    }
}

async fn run_checks(migration: &Migration, backend: &dyn Backend) -> ReplicationOutcomes {
    let start = Answers::new(OffsetDateTime::now_utc(), Origin::Recorded);
    let (answers, _) = flexready::collect_answers(migration, backend, start).await;
    let policy = Policy {
        only: CHECK_IDS.iter().map(|id| (*id).to_owned()).collect(),
        ..Policy::default()
    };
    collect_outcomes(&evaluate(&Facts::read(migration, &answers), &policy))
}

fn collect_outcomes(judgement: &Evaluation) -> ReplicationOutcomes {
    let outcomes = judgement.outcomes.iter().map(|outcome| {
        let found = outcome.findings.iter().map(|finding| {
            let severity = match outcome.finding_severity(finding) {
                Severity::Blocker => 'B',
                Severity::Warning => 'W',
                Severity::Note => 'N',
            };
            format!("{severity} {}: {}", finding.object, finding.message)
        });
        let missing = outcome.missing.iter().map(|m| format!("? {}", m.reason));
        let lines: Vec<String> = found.chain(missing).collect();
        (outcome.check.id, (outcome.status, lines.join("\n")))
    });
    ReplicationOutcomes {
        outcomes: outcomes.collect(),
        verdict: judgement.verdict,
    }
}
