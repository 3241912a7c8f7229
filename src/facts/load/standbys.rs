//! Physical standbys that receive WAL from the source.

use serde::Deserialize;

use crate::facts::rows::rows;
use crate::facts::{Fact, Missing};
use crate::plan::SourceServer;
use crate::question::{Answers, Question};

/// A WAL receiver that is not connected to a database, and so receives physical WAL.
#[derive(Debug, Clone)]
pub struct Standby {
    /// The standby's `application_name`.
    pub name: String,
    /// `streaming`, `catchup`, `backup`, …
    pub state: String,
    pub slot: Option<String>,
}

#[derive(Deserialize)]
struct Row {
    name: Option<String>,
    state: Option<String>,
    slot: Option<String>,
}

/// Query `standbys`.
pub fn question(source: &SourceServer) -> Question {
    Question::on_source(&source.database, "standbys")
}

pub(super) fn read(source: &SourceServer, answers: &Answers) -> Fact<Vec<Standby>> {
    let question = question(source);
    let hidden = || {
        Missing::unreadable(
            &question,
            "there are receivers of the log, and this role may not see what they are",
        )
        .with_remedy(
            "give the user who asks membership in pg_read_all_stats (10 and newer), or SUPERUSER",
        )
    };
    let standby = |row: Row| {
        Ok(Standby {
            name: row.name.unwrap_or_default(),
            state: row.state.ok_or_else(hidden)?,
            slot: row.slot,
        })
    };
    rows::<Row>(answers, &question)?
        .into_iter()
        .map(standby)
        .collect()
}
