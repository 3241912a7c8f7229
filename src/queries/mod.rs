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
            .map(|(_, text)| removed_names::expand(user_object::expand(text), server_version_num))
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

    /// The predefined role whose members see all that it shows, where its header names one.
    pub fn membership(&self) -> Option<&'static str> {
        let (_, after) = self.header("privilege")?.split_once("membership in ")?;
        let end = after.find(|c: char| !c.is_ascii_lowercase() && c != '_');
        Some(&after[..end.unwrap_or(after.len())])
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
    query!("activity", 90400, "activity@170000", 170000),
    query!("always_triggers", 90500),
    query!("base_types", 90400),
    query!("c_functions", 90400),
    query!("casts", 90400),
    query!("catalog_grants", 90400, "catalog_grants@90600", 90600),
    query!("collations", 90400, "collations@100000", 100000),
    query!("connections", 90400, "connections@100000", 100000),
    query!("contents", 90400),
    query!("contrib", 90400),
    query!("cron_jobs", 90500),
    query!(
        "database_defaults",
        90400,
        "database_defaults@150000",
        150000,
        "database_defaults@170000",
        170000
    ),
    query!("database_sizes", 90400, "database_sizes@100000", 100000),
    query!("databases", 90400),
    query!(
        "default_privileges",
        90400,
        "default_privileges@160000",
        160000
    ),
    query!("defective_relations", 90500),
    query!("entra_roles", 90400),
    query!("event_triggers", 90400),
    query!("extension_pins", 90400),
    query!("extension_tables", 90400),
    query!("extensions", 90400),
    query!("file_functions", 90400, "file_functions@140000", 140000),
    query!("foreign_servers", 90400),
    query!("groups", 90400),
    query!("hba", 100000, "hba@160000", 160000),
    query!("host", 110000),
    query!("identities", 90400),
    query!("identity", 90400),
    query!("languages", 90400),
    query!("large_objects", 90400),
    query!(
        "large_objects_unreadable",
        90400,
        "large_objects_unreadable@180000",
        180000
    ),
    query!("large_tables", 90400),
    query!(
        "logical_replication",
        90500,
        "logical_replication@100000",
        100000,
        "logical_replication@150000",
        150000
    ),
    query!("prepared_transactions", 90500),
    query!(
        "privileged_functions",
        90400,
        "privileged_functions@120000",
        120000
    ),
    query!("read_only_settings", 90400),
    query!("relation_counts", 90400),
    query!("removed_types", 90500),
    query!("removed_uses", 90500),
    query!("removed_words", 90500),
    query!(
        "replication_slots",
        90400,
        "replication_slots@100000",
        100000,
        "replication_slots@130000",
        130000
    ),
    query!("role_passwords", 90400),
    query!("role_settings", 90400),
    query!("roles", 90400, "roles@90500", 90500),
    query!("row_security", 90500),
    query!("search_path_functions", 90400),
    query!("security_labels", 90500),
    query!("settings", 90400),
    query!("shared_security_labels", 90500),
    query!("standbys", 90500),
    query!("superuser_objects", 90400),
    query!("superuser_owned", 90400),
    query!("tables_with_oids", 90500, "tables_with_oids@120000", 120000),
    query!("tablespace_use", 90400),
    query!("target_collations", 110000),
    query!("target_roles", 110000),
    query!("target_user", 110000),
    query!("text_search", 90400),
    query!("transactions", 90400, "transactions@100000", 100000),
    query!("unreadable", 90400),
    query!("wal_senders", 90400),
];

/// The query of this name. Names are compiled in, and a test holds that every question names one.
pub fn find(name: &str) -> Option<&'static Query> {
    ALL.iter().find(|q| q.name == name)
}

#[cfg(test)]
mod tests;
