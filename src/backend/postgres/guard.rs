//! The SQL around every query: the guards and the wrapping into one JSON document. Also decodes that document.

use serde_json::Value;

use crate::question::{Failure, FailureKind};
use crate::sql_quote::quote_literal;

/// Alias of the wrapped query. No query has a column of this name, which would shadow the row.
pub(crate) const ROW_ALIAS: &str = "flexready_row_e7b1";

/// The first query of a connection. As in every query, the first column proves that the guards are active.
pub(crate) const PROBE: &str = "SELECT pg_catalog.current_setting('transaction_read_only'), \
    pg_catalog.current_setting('server_version_num'), \
    pg_catalog.current_setting('server_version'), \
    pg_catalog.pg_backend_pid(), \
    pg_catalog.pg_is_in_recovery(), \
    pg_catalog.current_setting('default_transaction_read_only')";

/// Starts the transaction independently of the server's default transaction characteristics.
/// A standby rejects serializable transactions, and a deferrable one can wait.
/// Each query is one statement, so READ COMMITTED is sufficient.
const BEGIN_READ_ONLY: &str =
    "BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED READ ONLY NOT DEFERRABLE";

/// The session's role. The login name can differ from it, as in `name@server` or behind a pooler that maps names.
const SESSION_USER: &str = "session_user::pg_catalog.text";

/// Returns the SQL that starts the guarded transaction. An empty `migration_user` means the session user.
/// Names are qualified because the server's `search_path` applies until this message has run.
pub(crate) fn begin_sql(migration_user: &str) -> String {
    let user = match migration_user {
        "" => SESSION_USER.to_owned(),
        name => quote_literal(name),
    };
    let parameters = [
        ("statement_timeout", "30s"),
        ("lock_timeout", "2s"),
        ("search_path", "pg_catalog, pg_temp"),
        ("standard_conforming_strings", "on"),
        ("bytea_output", "hex"),
        ("quote_all_identifiers", "off"),
        ("application_name", "flexready"),
    ]
    .map(|(name, value)| (name, quote_literal(value)));
    let calls: Vec<String> = parameters
        .into_iter()
        .chain([("flexready.migration_user", user)])
        .map(|(name, value)| format!("pg_catalog.set_config('{name}', {value}, true)"))
        .collect();
    format!("{BEGIN_READ_ONLY}; SELECT {}", calls.join(", "))
}

/// Wraps a query so that it returns one JSON document as bytes.
/// As text, a single name in a SQL_ASCII database that is not valid UTF-8 would make the whole answer fail.
pub(crate) fn wrap_json(query: &str) -> String {
    format!(
        "SELECT pg_catalog.current_setting('transaction_read_only'), \
         pg_catalog.convert_to(coalesce(pg_catalog.json_agg({ROW_ALIAS}), '[]')::pg_catalog.text, \
         CASE pg_catalog.getdatabaseencoding() WHEN 'SQL_ASCII' THEN 'SQL_ASCII' ELSE 'UTF8' END) \
         FROM (\n{query}\n) {ROW_ALIAS}"
    )
}

/// Decodes a hexadecimal `bytea` value into a JSON array. Invalid UTF-8 becomes U+FFFD.
pub(crate) fn decode_json(hex: Option<&str>) -> Result<Value, Failure> {
    let malformed = |what: &str| {
        Failure::new(
            FailureKind::Malformed,
            format!("the server's answer is {what}"),
        )
    };
    let bytes = hex
        .and_then(|text| text.strip_prefix("\\x"))
        .and_then(decode_hex)
        .ok_or_else(|| malformed("not in hexadecimal"))?;
    match serde_json::from_str(&String::from_utf8_lossy(&bytes)) {
        Ok(rows @ Value::Array(_)) => Ok(rows),
        Ok(_) => Err(malformed("not a list of rows")),
        Err(fault) => Err(malformed(&format!("not JSON: {fault}"))),
    }
}

fn decode_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| match pair {
            [high, low] => Some((digit(*high)? * 16 + digit(*low)?) as u8),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn invalid_utf_8_in_an_answer_is_replaced() {
        let hex: String = b"[{\"n\": \"a\xffb\"}]"
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        assert_eq!(
            decode_json(Some(&format!("\\x{hex}"))).unwrap(),
            json!([{"n": "a\u{fffd}b"}])
        );
    }

    #[test]
    fn an_answer_that_is_not_a_list_of_rows_is_malformed() {
        for text in [
            None,
            Some("[]"),
            Some("\\x5"),
            Some("\\xzz"),
            Some("\\x7b7d"),
            Some("\\x5b"),
        ] {
            assert_eq!(
                decode_json(text).unwrap_err().kind,
                FailureKind::Malformed,
                "{text:?}"
            );
        }
        assert_eq!(decode_json(Some("\\x5b5d")).unwrap(), json!([]));
    }
}
