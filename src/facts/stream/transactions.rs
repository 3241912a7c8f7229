//! Transactions that were open on the source when it was queried.

use serde::Deserialize;

use super::super::rows::rows;
use super::super::{Fact, Missing};
use crate::question::{Answers, Question};

/// One open transaction of a client.
#[derive(Debug, Clone)]
pub struct Transaction {
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
pub struct Transactions {
    pub listed: Vec<Transaction>,
    /// Why the list could be incomplete.
    pub unseen: Option<Missing>,
}

#[derive(Deserialize)]
struct Row {
    process: i32,
    role: String,
    database: Option<String>,
    application: Option<String>,
    state: Option<String>,
    seconds: Option<i64>,
    has_written: bool,
    hidden: u64,
}

pub(super) fn read(answers: &Answers, question: &Question) -> Fact<Transactions> {
    let rows: Vec<Row> = rows(answers, question)?;
    let hidden = rows.first().map_or(0, |row| row.hidden);
    let unseen = (hidden > 0).then(|| {
        let reason = match hidden {
            1 => "1 session does not show when its transaction began".to_owned(),
            _ => format!("{hidden} sessions do not show when their transaction began"),
        };
        let remedy = "grant `pg_read_all_stats` or `pg_monitor` to the user who asks (before 10: ask as a superuser), \
                      and leave `track_activities` on";
        Missing::unreadable(question, reason).with_remedy(remedy)
    });
    let listed = rows.into_iter().filter_map(Row::shown).collect();
    Ok(Transactions { listed, unseen })
}

impl Row {
    fn shown(self) -> Option<Transaction> {
        // The start can be in the future if the clock was set back.
        let seconds = self.seconds?.max(0).unsigned_abs();
        Some(Transaction {
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
