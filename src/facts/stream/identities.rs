//! Tables without a replica identity, whose updates and deletes cannot be replicated.

use serde::Deserialize;

use super::super::rows::rows;
use super::super::{Fact, Missing};
use crate::question::{Answers, Question};

/// Whether the primary key can be used as a replica identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Key {
    Usable,
    /// Checked at commit: PostgreSQL does not accept it as a replica identity.
    Deferrable,
    /// Its index build did not finish.
    Invalid,
}

/// One table without a replica identity.
#[derive(Debug, Clone, Deserialize)]
pub struct Table {
    pub schema: String,
    pub name: String,
    /// `pg_class.relreplident`: `d` default, `n` nothing, `i` index, `f` full.
    pub identity: String,
    pub key: Option<Key>,
    pub updates: u64,
    pub deletes: u64,
    /// Time of the last statistics reset. `None`: since the database was created.
    pub stats_reset: Option<String>,
    total: u64,
    total_changed: u64,
}

impl Table {
    /// Whether updates or deletes were counted.
    pub fn is_changed(&self) -> bool {
        self.updates + self.deletes > 0
    }
}

/// The tables of one database, those with changes first.
#[derive(Debug, Clone, Default)]
pub struct Identities {
    pub listed: Vec<Table>,
    pub total: u64,
    pub total_changed: u64,
}

pub(super) fn read(answers: &Answers, question: &Question) -> Fact<Identities> {
    let listed: Vec<Table> = rows(answers, question)?;
    let Some(first) = listed.first() else {
        return Ok(Identities::default());
    };
    let (total, total_changed) = (first.total, first.total_changed);
    if total < listed.len() as u64 {
        return Err(Missing::unreadable(
            question,
            "the count is smaller than the list",
        ));
    }
    Ok(Identities {
        listed,
        total,
        total_changed,
    })
}
