//! Who receives the source's log as a physical standby.

use serde::Deserialize;

use crate::facts::rows::rows;
use crate::facts::{Fact, Missing};
use crate::plan::SourceServer;
use crate::question::{Answers, Question};

/// One receiver that is connected to no database, so that it takes the log as it is.
#[derive(Debug, Clone)]
pub struct Standby {
    /// What it calls itself: `application_name`.
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

/// The query `standbys`.
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
