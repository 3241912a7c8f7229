//! Expands the `removed_names()` macro in queries into the rows of [`reference::removed`](crate::reference::removed).
//!
//! The rows are `VALUES` of kind, name and detail. Queries and checks share this table, so they cannot diverge.
//! Features that the server itself no longer has are left out, because no object there can depend on them.

use std::borrow::Cow;

use crate::reference::removed;

const CALL: &str = "removed_names()";

/// An empty result, used when no row remains.
const NONE: &str = "SELECT ''::text, ''::text, ''::text WHERE false";

/// Expands `removed_names()` for a server of this `server_version_num`.
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
    // Features of an extension depend on the extension's version, which does not follow from the server's version.
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
    fn removed_names_is_expanded_into_rows() {
        let query = "WITH gone(kind, name, detail) AS (removed_names()) SELECT 1";
        let text = expand(Cow::Borrowed(query), 90_500);
        assert!(text.contains("('column', 'pg_stat_activity', 'waiting')"));
        assert!(text.contains("('operator', '!', 'int8,')"));
        assert_eq!(expand(Cow::Borrowed("SELECT 1"), 90_500), "SELECT 1");
    }

    #[test]
    fn features_that_the_server_no_longer_has_are_left_out() {
        let of = |version| values(version);
        assert!(of(130_000).contains("('operator', '!', 'int8,')"));
        assert!(!of(140_005).contains("('operator', '!', 'int8,')"));
        assert!(of(140_005).contains("('column', 'pg_stat_statements', 'total_time')"));
        assert_ne!(of(999_999), NONE, "extensions' columns are always left");
    }
}
