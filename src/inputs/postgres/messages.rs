//! The texts that go to the server and the bytes that come back: the guards, a query wrapped into one JSON document, and
//! the document. Not here: sending and receiving (`session`).

use serde_json::Value;

use super::refusal::refusal;
use crate::question::{Refusal, RefusalKind};

/// No query of ours has a column of this name, which would shadow the row.
pub(crate) const ALIAS: &str = "flexready_row_e7b1";

/// Asked first: its first column is the proof of the guards.
pub(super) const HELLO: &str = "SELECT pg_catalog.current_setting('transaction_read_only'), \
    pg_catalog.current_setting('server_version_num'), \
    pg_catalog.current_setting('server_version'), \
    pg_catalog.pg_backend_pid(), \
    pg_catalog.pg_is_in_recovery(), \
    pg_catalog.current_setting('default_transaction_read_only')";

/// Opens the transaction, whatever the server's transactions are by default: a standby refuses serializable ones, and a
/// deferrable one may wait. Each query is one statement, so that nothing needs more than its own snapshot.
const BEGIN: &str = "BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED READ ONLY NOT DEFERRABLE";

/// Whom the session is of: a login such as `name@server`, or one that a pooler maps, is no role's name.
const SESSION_USER: &str = "session_user::pg_catalog.text";

/// Opens the transaction. Names are qualified: the search_path is the server's until this message has run. An empty
/// `migration_user` stands for the session's own.
pub(super) fn guards(migration_user: &str) -> String {
    let user = match migration_user {
        "" => SESSION_USER.to_owned(),
        name => literal(name),
    };
    let settings = [
        ("statement_timeout", "30s"),
        ("lock_timeout", "2s"),
        ("search_path", "pg_catalog, pg_temp"),
        ("standard_conforming_strings", "on"),
        ("bytea_output", "hex"),
        ("quote_all_identifiers", "off"),
        ("application_name", "flexready"),
    ]
    .map(|(name, value)| (name, literal(value)));
    let calls: Vec<String> = settings
        .into_iter()
        .chain([("flexready.migration_user", user)])
        .map(|(name, value)| format!("pg_catalog.set_config('{name}', {value}, true)"))
        .collect();
    format!("{BEGIN}; SELECT {}", calls.join(", "))
}

/// A string constant that means the same whatever `standard_conforming_strings` is.
fn literal(text: &str) -> String {
    // The protocol ends a message's text at a NUL, and no name of PostgreSQL has one.
    let text = text
        .replace('\0', "")
        .replace('\\', "\\\\")
        .replace('\'', "''");
    format!("E'{text}'")
}

/// The whole answer as bytes: as text, one name with bytes that are no UTF-8 in a SQL_ASCII database would cost it all.
pub(super) fn wrapped(query: &str) -> String {
    format!(
        "SELECT pg_catalog.current_setting('transaction_read_only'), \
         pg_catalog.convert_to(coalesce(pg_catalog.json_agg({ALIAS}), '[]')::pg_catalog.text, \
         CASE pg_catalog.getdatabaseencoding() WHEN 'SQL_ASCII' THEN 'SQL_ASCII' ELSE 'UTF8' END) \
         FROM (\n{query}\n) {ALIAS}"
    )
}

/// Bytes in hexadecimal, to JSON. What is no UTF-8 shows as U+FFFD.
pub(super) fn document(hex: Option<&str>) -> Result<Value, Refusal> {
    let malformed = |what: &str| {
        refusal(
            RefusalKind::Malformed,
            format!("the server's answer is {what}"),
        )
    };
    let bytes = hex
        .and_then(|text| text.strip_prefix("\\x"))
        .and_then(unhex)
        .ok_or_else(|| malformed("not in hexadecimal"))?;
    match serde_json::from_str(&String::from_utf8_lossy(&bytes)) {
        Ok(rows @ Value::Array(_)) => Ok(rows),
        Ok(_) => Err(malformed("not a list of rows")),
        Err(fault) => Err(malformed(&format!("not JSON: {fault}"))),
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
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
    fn an_answer_survives_bytes_that_are_no_utf_8() {
        let hex: String = b"[{\"n\": \"a\xffb\"}]"
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        assert_eq!(
            document(Some(&format!("\\x{hex}"))).unwrap(),
            json!([{"n": "a\u{fffd}b"}])
        );
    }

    #[test]
    fn what_is_no_list_of_rows_is_malformed() {
        for text in [
            None,
            Some("[]"),
            Some("\\x5"),
            Some("\\xzz"),
            Some("\\x7b7d"),
            Some("\\x5b"),
        ] {
            assert_eq!(
                document(text).unwrap_err().kind,
                RefusalKind::Malformed,
                "{text:?}"
            );
        }
        assert_eq!(document(Some("\\x5b5d")).unwrap(), json!([]));
    }

    #[test]
    fn a_user_name_cannot_leave_its_quotes() {
        assert_eq!(literal(r"a'b\'c"), r"E'a''b\\''c'");
        assert_eq!(literal("a\0b"), "E'ab'");
    }
}
