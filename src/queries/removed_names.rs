//! The names that queries look for: `removed_names()` in a query file stands for the rows of `reference::removed`, as
//! `VALUES` of kind, name and detail, and is written out before the query is sent. One table, so that what is asked for
//! and what is judged cannot part.

use std::borrow::Cow;

use crate::reference::removed;

const CALL: &str = "removed_names()";

/// A query's text with the table written out.
pub fn expand(query: Cow<'_, str>) -> Cow<'_, str> {
    match query.contains(CALL) {
        true => Cow::Owned(query.replace(CALL, &values())),
        false => query,
    }
}

fn values() -> String {
    let row = |removal: &removed::Removal| {
        let (kind, name, detail) = removal.what.words();
        format!(
            "('{}', '{}', '{}')",
            quoted(kind),
            quoted(name),
            quoted(detail)
        )
    };
    let rows: Vec<String> = removed::all().map(row).collect();
    format!("VALUES {}", rows.join(", "))
}

fn quoted(word: &str) -> String {
    word.replace('\'', "''")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_written_out() {
        let text = expand(Cow::Borrowed(
            "WITH gone(kind, name, detail) AS (removed_names()) SELECT 1",
        ));
        assert!(text.contains("('column', 'pg_stat_activity', 'waiting')"));
        assert!(text.contains("('operator', '!', 'int8,')"));
        assert_eq!(expand(Cow::Borrowed("SELECT 1")), "SELECT 1");
    }
}
