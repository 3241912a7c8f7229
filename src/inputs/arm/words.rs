//! The words of ARM and of Entra, made fit to print: on one line, short, the same in every run.
//! Not here: what they mean (`refusal`, `versions`).

/// Words longer than this are cut: ARM lists every region of the world when a location is wrong.
const LONGEST: usize = 600;

/// Cuts off what differs from request to request: the ids come last in the words of ARM and of Entra.
pub(crate) fn without_request_ids(text: &str) -> String {
    const MARKS: [&str; 5] = [
        "tracking id:",
        "trace id:",
        "correlation id:",
        "request id:",
        "correlationid:",
    ];
    let lower = text.to_ascii_lowercase();
    let end = MARKS.iter().filter_map(|mark| lower.find(mark)).min();
    text[..end.unwrap_or(text.len())].trim_end().to_owned()
}

/// On one line, and not longer than a reader would read.
pub(crate) fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// The text between `before` and the next quotation mark.
pub(crate) fn quoted_after<'a>(text: &'a str, before: &str) -> Option<&'a str> {
    text.split_once(before)?.1.split_once('\'').map(|(q, _)| q)
}
