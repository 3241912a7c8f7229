//! Text that is safe to show: whatever a name or a message holds, it moves no cursor, hides nothing and commands nobody.

use std::fmt::Write;

/// The text with control characters and direction marks written out (`\n`, `\u{202e}`), and the openings of Azure
/// Pipelines' logging commands (`##vso[`, `##[`) broken, so that printing a name never runs one.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            c if c.is_control() || is_invisible(c) => {
                write!(shown, "\\u{{{:x}}}", c as u32).expect("writing to a string succeeds");
            }
            c => shown.push(c),
        }
    }
    defuse(shown)
}

/// Breaks what the Azure Pipelines agent would take for a command, at whatever place of a line.
fn defuse(text: String) -> String {
    if !text.contains("##") {
        return text;
    }
    let mut safe = text;
    for opening in ["##vso[", "##["] {
        while let Some(at) = safe.to_ascii_lowercase().find(opening) {
            safe.insert(at + 1, ' ');
        }
    }
    safe
}

/// Marks of writing direction, joiners, and what else has no width: they can make two names look alike.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn names_cannot_command_or_hide() {
        assert_eq!(visible("a\nb\u{1b}[2J"), "a\\nb\\u{1b}[2J");
        assert_eq!(visible("\u{202e}evil"), "\\u{202e}evil");
        assert_eq!(visible("x##VSO[task.complete]"), "x# #VSO[task.complete]");
        assert_eq!(visible("###[error]"), "## #[error]");
        assert_eq!(visible("Größe 🐘"), "Größe 🐘");
    }
}
