//! Quotes identifiers and string constants for SQL.

/// Quotes an identifier. It is always quoted, because PostgreSQL folds unquoted identifiers to lower case.
pub fn quote_identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Quotes a string constant, independent of `standard_conforming_strings`.
///
/// NUL is removed: it ends a string in the protocol, and no PostgreSQL name contains one.
pub fn quote_literal(text: &str) -> String {
    let escape = if text.contains('\\') { "E" } else { "" };
    let text = text
        .replace('\0', "")
        .replace('\\', "\\\\")
        .replace('\'', "''");
    format!("{escape}'{text}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_values_are_read_back_unchanged() {
        assert_eq!(quote_identifier("a\"b"), "\"a\"\"b\"");
        assert_eq!(quote_literal("it's"), "'it''s'");
        assert_eq!(quote_literal("a\\b"), "E'a\\\\b'");
    }

    #[test]
    fn a_value_cannot_escape_its_quotes() {
        assert_eq!(quote_literal(r"a'b\'c"), r"E'a''b\\''c'");
        assert_eq!(quote_literal("a\0b"), "'ab'");
    }
}
