//! Text that is safe to show: whatever a name or a message holds, it moves no cursor, hides nothing and commands nobody.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

use serde::Serialize;

use crate::checks::command::is_invisible;

/// Whether [`visible`] would change nothing, as is plain at a glance.
pub(super) fn is_plain(text: &str) -> bool {
    text.bytes().all(|b| matches!(b, b' '..=b'~')) && !text.contains("##")
}

/// The text with control characters and direction marks written out (`\n`, `\u{202e}`), and the openings of Azure
/// Pipelines' logging commands (`##vso[`, `##[`) broken, so that printing a name never runs one. What XML cannot hold is
/// written out as well.
pub fn visible(text: &str) -> String {
    if is_plain(text) {
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
    defused(&shown)
}

/// The text with the openings of logging commands broken, and nothing else changed: for what has lines of its own. The agent
/// takes a command at whatever place of a line, on both streams; area names are read without regard to case.
pub fn defused(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        safe.push(c);
        if c == '#' && opens_command(&text.as_bytes()[at..]) {
            safe.push(' ');
        }
    }
    safe
}

fn opens_command(rest: &[u8]) -> bool {
    rest.starts_with(b"##[")
        || rest
            .get(..6)
            .is_some_and(|r| r.eq_ignore_ascii_case(b"##vso["))
}

/// JSON with every `##` of its strings, and everything in them that cannot be seen, written as escapes: the same data, and
/// no command in it.
pub(super) fn defused_json(json: &str) -> Cow<'_, str> {
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

/// The value as indented JSON, harmless, with a newline at its end.
pub(super) fn pretty_json(value: &impl Serialize) -> String {
    let mut out = DefusedJson(Vec::new());
    serde_json::to_writer_pretty(&mut out, value).expect("plain data is JSON");
    let text = String::from_utf8(out.0).expect("JSON is UTF-8");
    text + "\n"
}

/// Passes on JSON as [`defused_json`] makes it. Takes it in the pieces in which it is serialised, whole runs of characters each.
pub(super) struct DefusedJson<W>(pub(super) W);

impl<W: io::Write> io::Write for DefusedJson<W> {
    fn write(&mut self, json: &[u8]) -> io::Result<usize> {
        // Most pieces are harmless, and there are many.
        if json.is_ascii() && !json.contains(&b'#') {
            self.0.write_all(json)?;
        } else {
            let text = std::str::from_utf8(json).map_err(io::Error::other)?;
            self.0.write_all(defused_json(text).as_bytes())?;
        }
        Ok(json.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// One line of at most `most` characters; what is cut off shows as `…`.
pub(super) fn cut(text: &str, most: usize) -> String {
    let mut kept: String = text.chars().take(most).collect();
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
    fn names_cannot_command_or_hide() {
        assert_eq!(visible("a\nb\u{1b}[2J"), "a\\nb\\u{1b}[2J");
        assert_eq!(visible("\u{202e}evil"), "\\u{202e}evil");
        assert_eq!(visible("x##VSO[task.complete]"), "x# #VSO[task.complete]");
        assert_eq!(visible("###[error]"), "## #[error]");
        assert_eq!(visible("##v\u{200b}so["), "##v\\u{200b}so[");
        assert_eq!(visible("Größe 🐘"), "Größe 🐘");
    }

    #[test]
    fn json_keeps_its_data() {
        let hostile = "a ##vso[task.complete]\\####[error] \u{202e}x\u{e0041}";
        let json = serde_json::to_string(hostile).unwrap();
        let json = defused_json(&json);
        assert!(!json.contains("##") && json.is_ascii());
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), hostile);
        let mut written = DefusedJson(Vec::new());
        serde_json::to_writer_pretty(&mut written, &[hostile]).unwrap();
        assert_eq!(written.0, format!("[\n  {json}\n]").into_bytes());
    }
}
