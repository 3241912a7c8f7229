//! Quotes values for bash and az. The SQL part is in `sql_quote`.

pub use super::az::*;
pub use crate::sql_quote::{quote_identifier, quote_literal};

/// Quotes a word for bash. Control characters become `$'…'` escapes, so that a name cannot break a line.
///
/// `$` and backticks use this form too, so that readers and linters do not see a command substitution. `##` is escaped
/// against Azure Pipelines logging commands.
pub fn quote_bash(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    if word
        .chars()
        .any(|c| is_control_or_invisible(c) || "$`".contains(c))
        || word.contains("##")
    {
        let escaped: String = word.chars().map(escape_char).collect();
        return format!("$'{}'", escaped.replace("##", "\\x23\\x23"));
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

fn escape_char(c: char) -> String {
    match c {
        '\'' => "\\'".to_owned(),
        '\\' => "\\\\".to_owned(),
        c if is_control_or_invisible(c) => {
            let mut bytes = [0; 4];
            let bytes = c.encode_utf8(&mut bytes).bytes();
            // Escapes bytes, because the result of `\u` depends on the locale.
            bytes.map(|b| format!("\\x{b:02x}")).collect()
        }
        c => c.to_string(),
    }
}

fn is_control_or_invisible(c: char) -> bool {
    c.is_control() || is_invisible(c)
}

/// Returns whether a character is invisible: bidirectional marks, joiners and other zero-width characters. They can
/// make two names look the same. Noncharacters count too, because XML forbids them.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
        | '\u{e0000}'..='\u{e007f}')
}

/// Formats `--name value`, or `--name=value` if the value starts with a dash and would be parsed as a flag.
pub(crate) fn flag(name: &str, value: &str) -> String {
    let joint = if value.starts_with('-') { '=' } else { ' ' };
    format!("{name}{joint}{}", quote_bash(value))
}

/// Returns whether az would read a file instead of this value: `@file` and `name=@file`.
pub fn is_az_file_argument(value: &str) -> bool {
    let value = value.split_once('=').map_or(value, |(_, rest)| rest);
    value.starts_with('@') && value.len() > 1
}

/// Formats a database name for `-d` of psql and pg_dump. A name with special characters becomes `dbname='…'`, because
/// these tools would parse it as a connection string.
pub fn psql_dbname(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    if name.chars().all(is_plain) {
        return name.to_owned();
    }
    let value = name.replace('\\', "\\\\").replace('\'', "\\'");
    format!("dbname='{value}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_values_are_read_back_unchanged() {
        assert_eq!(quote_bash("Standard_D4ds_v5"), "Standard_D4ds_v5");
        assert_eq!(quote_bash(""), "''");
        assert_eq!(quote_bash("$(reboot) it's"), "$'$(reboot) it\\'s'");
        assert_eq!(quote_bash("a\nb'"), "$'a\\x0ab\\''");
    }
}
