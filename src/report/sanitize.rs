//! Sanitizes text for output: escapes control and bidirectional characters and breaks Azure Pipelines logging commands.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

use serde::Serialize;

use crate::commands::quote::is_invisible;

/// Returns `true` if [`escape_control`] would not change the text. This is a fast check that can return `false` for
/// safe text.
pub(super) fn is_safe(text: &str) -> bool {
    text.bytes().all(|b| matches!(b, b' '..=b'~')) && !text.contains("##")
}

/// Escapes control characters and direction marks (`\n`, `\u{202e}`) and breaks the start of Azure Pipelines logging
/// commands (`##vso[`, `##[`), so that a printed name never runs one. Characters that XML does not allow are escaped as
/// well.
pub fn escape_control(text: &str) -> String {
    if is_safe(text) {
        return text.to_owned();
    }
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
    neutralize_commands(&shown)
}

/// Breaks the start of logging commands and changes nothing otherwise, for text with line breaks. The agent accepts a
/// command anywhere in a line, on stdout and stderr, and ignores the case of area names.
pub fn neutralize_commands(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        safe.push(c);
        if c == '#' && starts_command(&text.as_bytes()[at..]) {
            safe.push(' ');
        }
    }
    safe
}

fn starts_command(rest: &[u8]) -> bool {
    rest.starts_with(b"##[")
        || rest
            .get(..6)
            .is_some_and(|r| r.eq_ignore_ascii_case(b"##vso["))
}

/// Escapes every `##` and every invisible character in JSON. The data stays the same, and the text contains no logging
/// command.
pub(super) fn sanitize_json(json: &str) -> Cow<'_, str> {
    if json.is_ascii() && !json.contains("##") {
        return json.into();
    }
    let mut safe = String::with_capacity(json.len());
    for c in json.replace("##", "\\u0023\\u0023").chars() {
        if !is_invisible(c) {
            safe.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            write!(safe, "\\u{unit:04x}").expect("writing to a string succeeds");
        }
    }
    safe.into()
}

/// Returns the value as sanitized, indented JSON with a final newline.
pub(super) fn pretty_json(value: &impl Serialize) -> String {
    let mut out = SanitizedJson(Vec::new());
    serde_json::to_writer_pretty(&mut out, value).expect("plain data is JSON");
    let text = String::from_utf8(out.0).expect("JSON is UTF-8");
    text + "\n"
}

/// Writes JSON through [`sanitize_json`]. Each write must contain complete characters, as the serializer guarantees.
pub(super) struct SanitizedJson<W>(pub(super) W);

impl<W: io::Write> io::Write for SanitizedJson<W> {
    fn write(&mut self, json: &[u8]) -> io::Result<usize> {
        // Most writes are safe, and there are many.
        if json.is_ascii() && !json.contains(&b'#') {
            self.0.write_all(json)?;
        } else {
            let text = std::str::from_utf8(json).map_err(io::Error::other)?;
            self.0.write_all(sanitize_json(text).as_bytes())?;
        }
        Ok(json.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Returns at most `max_chars` characters of the text. Truncated text ends with `…`.
pub(super) fn truncate(text: &str, max_chars: usize) -> String {
    let mut kept: String = text.chars().take(max_chars).collect();
    if kept.len() < text.len() {
        kept.pop();
        kept.push('…');
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_run_commands_or_hide_text() {
        assert_eq!(escape_control("a\nb\u{1b}[2J"), "a\\nb\\u{1b}[2J");
        assert_eq!(escape_control("\u{202e}evil"), "\\u{202e}evil");
        assert_eq!(
            escape_control("x##VSO[task.complete]"),
            "x# #VSO[task.complete]"
        );
        assert_eq!(escape_control("###[error]"), "## #[error]");
        assert_eq!(escape_control("##v\u{200b}so["), "##v\\u{200b}so[");
        assert_eq!(escape_control("Größe 🐘"), "Größe 🐘");
    }

    #[test]
    fn sanitized_json_has_the_same_data() {
        let hostile = "a ##vso[task.complete]\\####[error] \u{202e}x\u{e0041}";
        let json = serde_json::to_string(hostile).unwrap();
        let json = sanitize_json(&json);
        assert!(!json.contains("##") && json.is_ascii());
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), hostile);
        let mut written = SanitizedJson(Vec::new());
        serde_json::to_writer_pretty(&mut written, &[hostile]).unwrap();
        assert_eq!(written.0, format!("[\n  {json}\n]").into_bytes());
    }
}
