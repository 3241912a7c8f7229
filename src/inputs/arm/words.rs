//! Normalizes error messages of ARM and Entra for output: on one line, short, and identical in every run.

/// Longer messages are truncated: for an invalid location, ARM lists all regions of Azure.
const LONGEST: usize = 600;

/// Removes what differs between requests: messages of ARM and Entra end with the request IDs.
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

/// Joins the lines of a text and truncates it.
pub(crate) fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// The text between `before` and the next single quotation mark.
pub(crate) fn quoted_after<'a>(text: &'a str, before: &str) -> Option<&'a str> {
    text.split_once(before)?.1.split_once('\'').map(|(q, _)| q)
}
