//! The commands that findings give, with every value quoted for bash and for SQL.
//! Here: quoting. In `azure`: az commands. Not here: who runs them (`step`).

mod azure;

pub use azure::*;

/// A word that bash reads back as it is. Control characters are written as `$'…'` escapes, so that no name can break a line;
/// `$` and backticks stand there too, so that a reader, or a linter, does not take them for a substitution that was forgotten.
pub fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    if word.chars().any(|c| is_unseen(c) || "$`".contains(c)) || word.contains("##") {
        let escaped: String = word.chars().map(escape).collect();
        return format!("$'{}'", escaped.replace("##", "\\x23\\x23"));
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

fn escape(c: char) -> String {
    match c {
        '\'' => "\\'".to_owned(),
        '\\' => "\\\\".to_owned(),
        c if is_unseen(c) => {
            let mut bytes = [0; 4];
            let bytes = c.encode_utf8(&mut bytes).bytes();
            // By bytes: what `\\u` becomes depends on the locale
            bytes.map(|b| format!("\\x{b:02x}")).collect()
        }
        c => c.to_string(),
    }
}

fn is_unseen(c: char) -> bool {
    c.is_control() || is_invisible(c)
}

/// Marks of writing direction, joiners, and what else has no width: they can make two names look alike. Here too: the
/// non-characters, which XML forbids.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
        | '\u{e0000}'..='\u{e007f}')
}

/// `--name value`; a value that begins with a dash would be taken for a flag, so it is joined to its own.
pub(crate) fn flag(name: &str, value: &str) -> String {
    let joint = if value.starts_with('-') { '=' } else { ' ' };
    format!("{name}{joint}{}", quote(value))
}

/// Whether az would read a file in place of this value: `@file`, and `name=@file`.
pub fn is_read_as_file(value: &str) -> bool {
    let value = value.split_once('=').map_or(value, |(_, rest)| rest);
    value.starts_with('@') && value.len() > 1
}

/// An SQL identifier, quoted always: what is not quoted folds its case.
pub fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// An SQL string constant that reads the same whatever `standard_conforming_strings` is.
pub fn literal(text: &str) -> String {
    let escape = if text.contains('\\') { "E" } else { "" };
    format!(
        "{escape}'{}'",
        text.replace('\\', "\\\\").replace('\'', "''")
    )
}

/// A database as -d of psql and pg_dump takes it: a name with anything odd in it is spelled out, lest it be read as a connection string.
pub fn database(name: &str) -> String {
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
    fn words_survive_the_shell() {
        assert_eq!(quote("Standard_D4ds_v5"), "Standard_D4ds_v5");
        assert_eq!(quote(""), "''");
        assert_eq!(quote("$(reboot) it's"), "$'$(reboot) it\\'s'");
        assert_eq!(quote("a\nb'"), "$'a\\x0ab\\''");
        assert_eq!(identifier("a\"b"), "\"a\"\"b\"");
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(literal("a\\b"), "E'a\\\\b'");
    }
}
