//! The SQL questions: every file of this folder by name, with its variants by server version.
//! Here: the list, and which variant a server gets. Not here: how a query is sent (`inputs::postgres`), what its rows
//! mean (`facts`).
//!
//! A file is one `SELECT` without a semicolon. Its header says, one `-- key: value` a line: `what`, `since` (the least
//! `server_version_num`, 90400 for all), `privilege` (what the role needs to see everything), `columns` (names in order).
//! It runs with `search_path = pg_catalog, pg_temp` and may read `current_setting('flexready.migration_user')`.
//! `is_user_object(…)` in it stands for the one condition of [`user_object`], `removed_names()` for the table of
//! [`removed_names`].

pub mod removed_names;
pub mod user_object;

use std::borrow::Cow;

/// A query and its variants.
pub struct Query {
    /// The stem of its file, and its name in a question's key.
    pub name: &'static str,
    /// Least `server_version_num` and text; ascending. The last one that the server reaches is sent.
    pub variants: &'static [(u32, &'static str)],
}

impl Query {
    /// The text to send to a server of this `server_version_num`; `None` when the server is older than every variant.
    pub fn text(&self, server_version_num: u32) -> Option<Cow<'static, str>> {
        self.variants
            .iter()
            .rev()
            .find(|(since, _)| server_version_num >= *since)
            .map(|(_, text)| removed_names::expand(user_object::expand(text)))
    }

    /// A line of the header of its newest variant: `what`, `since`, `privilege`, `columns`.
    pub fn header(&self, key: &str) -> Option<&'static str> {
        let (_, text) = self.variants.last()?;
        let lines = text.lines().map_while(|l| l.strip_prefix("-- "));
        lines
            .filter_map(|l| l.split_once(": "))
            .find(|(k, _)| *k == key)
            .map(|(_, value)| value)
    }

    /// The least `server_version_num` that this query exists for.
    pub fn since(&self) -> u32 {
        self.variants.first().map_or(0, |(since, _)| *since)
    }
}

/// `query!("name", 90400)`, or with further variants `query!("name", 90400, "name@100000", 100000)`.
macro_rules! query {
    ($name:literal, $since:literal $(, $file:literal, $from:literal)*) => {
        Query { name: $name, variants: &[($since, include_str!(concat!($name, ".sql"))) $(, ($from, include_str!(concat!($file, ".sql"))))*] }
    };
}

/// Every query, by name.
pub const ALL: &[Query] = &[
    query!("always_triggers", 90500),
    query!("contents", 90400),
    query!("database_sizes", 90400, "database_sizes@100000", 100000),
    query!("databases", 90400),
    query!("defective_relations", 90500),
    query!("extensions", 90400),
    query!("host", 110000),
    query!("identity", 90400),
    query!(
        "logical_replication",
        90500,
        "logical_replication@100000",
        100000,
        "logical_replication@150000",
        150000
    ),
    query!("prepared_transactions", 90500),
    query!("removed_types", 90500),
    query!("removed_uses", 90500),
    query!("removed_words", 90500),
    query!("role_passwords", 90400),
    query!("security_labels", 90500),
    query!("settings", 90400),
    query!("shared_security_labels", 90500),
    query!("tables_with_oids", 90500, "tables_with_oids@120000", 120000),
];

/// The query of this name. Names are compiled in, and a test holds that every question names one.
pub fn find(name: &str) -> Option<&'static Query> {
    ALL.iter().find(|q| q.name == name)
}

#[cfg(test)]
mod tests;
