//! The SQL queries: every `.sql` file of this folder, with variants by server version.
//!
//! A file contains one `SELECT` without a semicolon. It runs with `search_path = pg_catalog, pg_temp` and can read
//! `current_setting('flexready.migration_user')`. `is_user_object(…)` and `removed_names()` in it are macros that
//! [`expand`] replaces.
//!
//! The header has one `-- key: value` per line:
//!
//! - `what`: what the query returns
//! - `since`: the minimum `server_version_num`; 90400 for all versions
//! - `privilege`: the privilege that the role needs to see all rows
//! - `columns`: column names in order
//! - `names`: the columns that hold names of users, or `none`, see [`names`]
//!
//! Recordings and reports contain the name of a query, so it never changes. The file can have another name.

pub mod expand;
pub mod names;

use std::borrow::Cow;

/// A query and its variants.
pub struct Query {
    /// The name in question keys. Also the stem of the file, unless [`ALL`] specifies another one.
    pub name: &'static str,
    /// Minimum `server_version_num` and SQL, ascending. The last variant that the server supports is used.
    pub variants: &'static [(u32, &'static str)],
}

impl Query {
    /// Returns the SQL for a server of this `server_version_num`, or `None` if the server is too old for every variant.
    pub fn text(&self, server_version_num: u32) -> Option<Cow<'static, str>> {
        self.variants
            .iter()
            .rev()
            .find(|(since, _)| server_version_num >= *since)
            .map(|(_, text)| {
                expand::expand_removed_names(expand::expand_user_objects(text), server_version_num)
            })
    }

    /// Returns a header value of the newest variant. Keys are `what`, `since`, `privilege`, `columns` and
    /// `names`.
    pub fn header(&self, key: &str) -> Option<&'static str> {
        let (_, text) = self.variants.last()?;
        let lines = text.lines().map_while(|l| l.strip_prefix("-- "));
        lines
            .filter_map(|l| l.split_once(": "))
            .find(|(k, _)| *k == key)
            .map(|(_, value)| value)
    }

    /// Returns the predefined role whose members see all rows, if the `privilege` header names one.
    pub fn required_membership(&self) -> Option<&'static str> {
        let (_, after) = self.header("privilege")?.split_once("membership in ")?;
        let end = after.find(|c: char| !c.is_ascii_lowercase() && c != '_');
        Some(&after[..end.unwrap_or(after.len())])
    }

    /// Returns the names of the columns, in order.
    pub fn columns(&self) -> impl Iterator<Item = &'static str> {
        self.header("columns").unwrap_or_default().split(", ")
    }

    /// Returns the minimum `server_version_num` of this query.
    pub fn min_version(&self) -> u32 {
        self.variants.first().map_or(0, |(since, _)| *since)
    }
}

/// Declares a query: `query!("name", 90400)`, or with variants `query!("name", 90400, "name@100000", 100000)`.
/// If the file has another stem: `query!("name" in "stem", 90400)`.
macro_rules! query {
    ($name:literal, $since:literal $(, $file:literal, $from:literal)*) => {
        query!($name in $name, $since $(, $file, $from)*)
    };
    ($name:literal in $stem:literal, $since:literal $(, $file:literal, $from:literal)*) => {
        Query { name: $name, variants: &[($since, include_str!(concat!($stem, ".sql"))) $(, ($from, include_str!(concat!($file, ".sql"))))*] }
    };
}

/// All queries, sorted by name.
pub const ALL: &[Query] = &[
    query!("activity", 90400, "activity@170000", 170000),
    query!("always_triggers", 90500),
    query!("base_types", 90400),
    query!("c_functions", 90400),
    query!("casts", 90400),
    query!("catalog_grants", 90400, "catalog_grants@90600", 90600),
    query!("collations", 90400, "collations@100000", 100000),
    query!("connections", 90400, "connections@100000", 100000),
    query!("contents" in "user_relation_count", 90400),
    query!("contrib" in "contrib_extension_count", 90400),
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
    query!("defective_relations" in "unlogged_and_invalid", 90500),
    query!("entra_roles", 90400),
    query!("event_triggers", 90400),
    query!("extension_pins" in "extension_fixed_schemas", 90400),
    query!("extension_tables", 90400),
    query!("extensions", 90400),
    query!("file_functions", 90400, "file_functions@140000", 140000),
    query!("foreign_servers", 90400),
    query!("groups" in "role_memberships", 90400),
    query!("hba", 100000, "hba@160000", 160000),
    query!("host" in "machine", 110000),
    query!("identities" in "replica_identities", 90400),
    query!("identity" in "session", 90400),
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
    query!("removed_words" in "removed_names_in_bodies", 90500),
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
    query!("target_user" in "target_user_privileges", 110000),
    query!("text_search", 90400),
    query!("transactions", 90400, "transactions@100000", 100000),
    query!("unreadable" in "unreadable_relations", 90400),
    query!("wal_senders", 90400),
];

/// Finds a query by name. A test checks that every question refers to an existing query.
pub fn find(name: &str) -> Option<&'static Query> {
    ALL.iter().find(|q| q.name == name)
}

#[cfg(test)]
mod tests;
