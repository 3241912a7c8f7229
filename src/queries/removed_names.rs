//! The names that queries look for: `removed_names()` in a query file stands for the rows of `reference::removed`, as
//! `VALUES` of kind, name and detail, and is written out before the query is sent, without what the server has lost
//! already: nothing there can depend on it. One table, so that what is asked for and what is judged cannot part.

use std::borrow::Cow;

use crate::reference::removed;

const CALL: &str = "removed_names()";

/// Where nothing is left to lose.
const NONE: &str = "SELECT ''::text, ''::text, ''::text WHERE false";

/// A query's text with the table written out for a server of this `server_version_num`.
pub fn expand(query: Cow<'_, str>, server_version_num: u32) -> Cow<'_, str> {
    match query.contains(CALL) {
        true => Cow::Owned(query.replace(CALL, &values(server_version_num))),
        false => query,
    }
}

fn values(server_version_num: u32) -> String {
    let row = |removal: &removed::Removal| {
        let (kind, name, detail) = removal.what.words();
        format!(
            "('{}', '{}', '{}')",
            quoted(kind),
            quoted(name),
            quoted(detail)
        )
    };
    // What an extension loses goes with the extension's version, which the server's does not tell.
    let is_left = |removal: &&removed::Removal| {
        removal.extension.is_some() || removal.gone > server_version_num
    };
    let rows: Vec<String> = removed::all().filter(is_left).map(row).collect();
    match rows.is_empty() {
        true => NONE.to_owned(),
        false => format!("VALUES {}", rows.join(", ")),
    }
}

fn quoted(word: &str) -> String {
    word.replace('\'', "''")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_written_out() {
        let query = "WITH gone(kind, name, detail) AS (removed_names()) SELECT 1";
        let text = expand(Cow::Borrowed(query), 90_500);
        assert!(text.contains("('column', 'pg_stat_activity', 'waiting')"));
        assert!(text.contains("('operator', '!', 'int8,')"));
        assert_eq!(expand(Cow::Borrowed("SELECT 1"), 90_500), "SELECT 1");
    }

    #[test]
    fn what_the_server_lost_already_is_not_looked_for() {
        let of = |version| values(version);
        assert!(of(130_000).contains("('operator', '!', 'int8,')"));
        assert!(!of(140_005).contains("('operator', '!', 'int8,')"));
        assert!(of(140_005).contains("('column', 'pg_stat_statements', 'total_time')"));
        assert_ne!(of(999_999), NONE, "extensions' columns are always left");
    }
}
