//! Logical replication on the source: slots, WAL senders, output plugin, transactions, replica identities, sequences.

mod identities;
mod slots;
mod transactions;

use std::collections::BTreeMap;

use serde::Deserialize;

use super::databases::Databases;
use super::load::tables::counts_question;
use super::rows::row;
use super::{Fact, Missing};
use crate::plan::SourceServer;
use crate::question::{Answers, Question};

pub use identities::{Identities, Key, Table};
pub use slots::{Slot, Slots};
pub use transactions::{Transaction, Transactions};

/// Logical replication on the source. Each part can be missing separately.
#[derive(Debug)]
pub struct Stream {
    pub slots: Fact<Slots>,
    /// WAL senders in use: standbys, backups, subscribers.
    pub senders_in_use: Fact<u64>,
    /// Number of contrib extensions that can be installed.
    pub contrib: Fact<u64>,
    pub transactions: Fact<Transactions>,
    in_database: BTreeMap<String, InDatabase>,
}

#[derive(Debug)]
struct InDatabase {
    identities: Fact<Identities>,
    sequences: Fact<u64>,
}

impl Stream {
    /// The tables of a database without a replica identity.
    pub fn identities(&self, database: &str) -> Fact<&Identities> {
        match self.in_database.get(database) {
            Some(known) => known.identities.as_ref().map_err(Clone::clone),
            None => Err(Missing::not_asked(&Question::on_source(
                database,
                "identities",
            ))),
        }
    }

    /// Number of user sequences in a database.
    pub fn sequences(&self, database: &str) -> Fact<u64> {
        match self.in_database.get(database) {
            Some(known) => known.sequences.clone(),
            None => Err(Missing::not_asked(&counts_question(database))),
        }
    }
}

#[derive(Deserialize)]
struct Senders {
    in_use: u64,
}

#[derive(Deserialize)]
struct Contrib {
    available: u64,
}

#[derive(Deserialize)]
struct Sequences {
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
pub fn questions_in(database: &str) -> Vec<Question> {
    vec![Question::on_source(database, "identities")]
}

/// Reads the replication facts from the answers.
pub fn read(source: &SourceServer, databases: Option<&Databases>, answers: &Answers) -> Stream {
    let on_server = |query| Question::on_source(&source.database, query);
    let in_database = |name: &str| InDatabase {
        identities: identities::read(answers, &Question::on_source(name, "identities")),
        sequences: row(answers, &counts_question(name)).map(|row: Sequences| row.sequences),
    };
    let names = databases.map(Databases::to_ask).unwrap_or_default();
    Stream {
        slots: slots::read(answers, &on_server("replication_slots")),
        senders_in_use: row(answers, &on_server("wal_senders")).map(|row: Senders| row.in_use),
        contrib: row(answers, &on_server("contrib")).map(|row: Contrib| row.available),
        transactions: transactions::read(answers, &on_server("transactions")),
        in_database: names
            .into_iter()
            .map(|name| (name.to_owned(), in_database(name)))
            .collect(),
    }
}
