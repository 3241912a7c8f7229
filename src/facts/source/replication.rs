//! Logical replication on the source: slots, WAL senders, output plugin, transactions, replica identities, sequences.

use serde::Deserialize;

use super::source_databases::SourceDatabases;
use super::workload::counts_question;
use crate::config::SourceServer;
use crate::facts::sql_reader::{read_row, read_rows};
use crate::facts::{Fact, Missing, PerDatabase};
use crate::question::{Answers, Question};

/// Logical replication on the source. Each part can be missing separately.
#[derive(Debug)]
pub struct SourceReplication {
    pub slots: Fact<ReplicationSlots>,
    /// WAL senders in use: standbys, backups, subscribers.
    pub wal_senders_in_use: Fact<u64>,
    /// Number of contrib extensions that can be installed.
    pub contrib_extensions: Fact<u64>,
    pub transactions: Fact<OpenTransactions>,
    tables_without_identity: PerDatabase<Fact<TablesWithoutIdentity>>,
    sequences: PerDatabase<Fact<u64>>,
}

impl SourceReplication {
    /// The tables of a database without a replica identity.
    pub fn tables_without_identity(&self, database: &str) -> Fact<&TablesWithoutIdentity> {
        Ok((**self.tables_without_identity.get(database)?).as_ref()?)
    }

    /// Number of user sequences in a database.
    pub fn sequence_count(&self, database: &str) -> Fact<u64> {
        (**self.sequences.get(database)?).clone()
    }
}

#[derive(Deserialize)]
struct WalSendersRow {
    in_use: u64,
}

#[derive(Deserialize)]
struct ContribRow {
    available: u64,
}

#[derive(Deserialize)]
struct SequencesRow {
    sequences: u64,
}

/// Questions for the whole server.
pub fn questions(source: &SourceServer) -> Vec<Question> {
    [
        "replication_slots",
        "wal_senders",
        "contrib",
        "transactions",
    ]
    .map(|query| Question::on_source(&source.database, query))
    .into()
}

/// Questions for each database. They are also sent in offline mode, so that a recording can be checked in online mode
/// later. Sequences are counted by a query of `workload`.
pub fn database_questions(database: &str) -> Vec<Question> {
    vec![identities_question(database)]
}

fn identities_question(database: &str) -> Question {
    Question::on_source(database, "identities")
}

/// Reads the replication facts from the answers.
pub fn read(
    source: &SourceServer,
    databases: Option<&SourceDatabases>,
    answers: &Answers,
) -> SourceReplication {
    let on_server = |query| Question::on_source(&source.database, query);
    let tables_without_identity = PerDatabase::read(databases, |name| {
        read_tables_without_identity(answers, &identities_question(name))
    });
    let sequences = PerDatabase::read(databases, |name| {
        read_row(answers, &counts_question(name)).map(|row: SequencesRow| row.sequences)
    });
    SourceReplication {
        slots: read_slots(answers, &on_server("replication_slots")),
        wal_senders_in_use: read_row(answers, &on_server("wal_senders"))
            .map(|row: WalSendersRow| row.in_use),
        contrib_extensions: read_row(answers, &on_server("contrib"))
            .map(|row: ContribRow| row.available),
        transactions: read_open_transactions(answers, &on_server("transactions")),
        tables_without_identity: tables_without_identity
            .with_reason(|name| Missing::not_recorded(&identities_question(name))),
        sequences: sequences.with_reason(|name| Missing::not_recorded(&counts_question(name))),
    }
}

/// Whether the primary key can be used as a replica identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PrimaryKeyState {
    Usable,
    /// Checked at commit: PostgreSQL does not accept it as a replica identity.
    Deferrable,
    /// Its index build did not finish.
    Invalid,
}

/// One table without a replica identity.
#[derive(Debug, Clone, Deserialize)]
pub struct TableWithoutIdentity {
    pub schema: String,
    pub name: String,
    /// `pg_class.relreplident`: `d` default, `n` nothing, `i` index, `f` full.
    pub identity: String,
    pub key: Option<PrimaryKeyState>,
    pub updates: u64,
    pub deletes: u64,
    /// Time of the last statistics reset. `None`: since the database was created.
    pub stats_reset: Option<String>,
    total: u64,
    total_changed: u64,
}

impl TableWithoutIdentity {
    /// Whether updates or deletes were counted.
    pub fn is_changed(&self) -> bool {
        self.updates + self.deletes > 0
    }
}

/// The tables of one database, those with changes first.
#[derive(Debug, Clone, Default)]
pub struct TablesWithoutIdentity {
    pub tables: Vec<TableWithoutIdentity>,
    pub total: u64,
    pub total_changed: u64,
}

pub(crate) fn read_tables_without_identity(
    answers: &Answers,
    question: &Question,
) -> Fact<TablesWithoutIdentity> {
    let listed: Vec<TableWithoutIdentity> = read_rows(answers, question)?;
    let Some(first) = listed.first() else {
        return Ok(TablesWithoutIdentity::default());
    };
    let (total, total_changed) = (first.total, first.total_changed);
    if total < listed.len() as u64 {
        return Err(Missing::unreadable(
            question,
            "the count is smaller than the list",
        ));
    }
    Ok(TablesWithoutIdentity {
        tables: listed,
        total,
        total_changed,
    })
}

/// One replication slot.
#[derive(Debug, Clone, Deserialize)]
pub struct ReplicationSlot {
    pub name: String,
    /// Output plugin of a logical slot.
    pub plugin: Option<String>,
    /// `logical` or `physical`.
    pub kind: String,
    pub database: Option<String>,
    pub active: bool,
    /// Dropped at the end of the session that created it.
    pub temporary: bool,
    /// Bytes of WAL that the slot retains. `None` if it retains none or is already lost.
    pub held_bytes: Option<i64>,
    /// `reserved`, `extended`, `unreserved`, `lost` (13 and newer).
    pub wal_status: Option<String>,
    total: u64,
}

/// The listed slots, those that retain most first, and the total number.
#[derive(Debug, Clone)]
pub struct ReplicationSlots {
    pub slots: Vec<ReplicationSlot>,
    pub total: u64,
}

pub(crate) fn read_slots(answers: &Answers, question: &Question) -> Fact<ReplicationSlots> {
    let listed: Vec<ReplicationSlot> = read_rows(answers, question)?;
    let total = listed.first().map_or(0, |slot| slot.total);
    Ok(ReplicationSlots {
        slots: listed,
        total,
    })
}

/// One open transaction of a client.
#[derive(Debug, Clone)]
pub struct OpenTransaction {
    pub process: i32,
    pub role: String,
    pub database: Option<String>,
    pub application: Option<String>,
    /// `active`, `idle in transaction`, …
    pub state: Option<String>,
    pub seconds: u64,
    /// Whether it has a transaction ID, which is assigned with the first change. A new replication slot only waits for
    /// these.
    pub has_written: bool,
}

/// The listed open transactions, oldest first.
#[derive(Debug, Clone)]
pub struct OpenTransactions {
    pub transactions: Vec<OpenTransaction>,
    /// Why the list could be incomplete.
    pub missing_rows: Option<Missing>,
}

#[derive(Deserialize)]
struct TransactionRow {
    process: i32,
    role: String,
    database: Option<String>,
    application: Option<String>,
    state: Option<String>,
    seconds: Option<i64>,
    has_written: bool,
    hidden: u64,
}

pub(crate) fn read_open_transactions(
    answers: &Answers,
    question: &Question,
) -> Fact<OpenTransactions> {
    let rows: Vec<TransactionRow> = read_rows(answers, question)?;
    let hidden = rows.first().map_or(0, |row| row.hidden);
    let missing_rows = (hidden > 0).then(|| {
        let reason = match hidden {
            1 => "1 session does not show when its transaction began".to_owned(),
            _ => format!("{hidden} sessions do not show when their transaction began"),
        };
        let remedy = "grant `pg_read_all_stats` or `pg_monitor` to the user who asks (before 10: ask as a superuser), \
                      and leave `track_activities` on";
        Missing::unreadable(question, reason).with_advice(remedy)
    });
    let listed = rows
        .into_iter()
        .filter_map(TransactionRow::into_transaction)
        .collect();
    Ok(OpenTransactions {
        transactions: listed,
        missing_rows,
    })
}

impl TransactionRow {
    fn into_transaction(self) -> Option<OpenTransaction> {
        // The start can be in the future if the clock was set back.
        let seconds = self.seconds?.max(0).unsigned_abs();
        Some(OpenTransaction {
            process: self.process,
            role: self.role,
            database: self.database,
            application: self.application.filter(|name| !name.is_empty()),
            state: self.state,
            seconds,
            has_written: self.has_written,
        })
    }
}
