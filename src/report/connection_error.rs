//! Summarizes why a server could not be read, for the report header, such as a wrong password. The full reason is part
//! of the affected checks.

use super::model::MigrationReport;
use super::sanitize::truncate;
use crate::question::{Question, Side};

/// Maximum length of the reason, in characters. It shares a line with the server name.
const MAX_CHARS: usize = 120;

/// Returns the reason why the source could not be read.
pub(super) fn source_error(migration: &MigrationReport) -> Option<String> {
    let source = migration.source.as_ref()?;
    let is_connection = |question: &Question| {
        matches!(
            question,
            Question::Connection {
                side: Side::Source,
                ..
            }
        )
    };
    let reason = failure_reason(migration, is_connection)?;
    source
        .version
        .is_none()
        .then(|| first_clause(without_sqlstate(reason)))
}

/// Returns the reason why the target could not be read.
pub(super) fn target_error(migration: &MigrationReport) -> Option<String> {
    let target = migration.target.as_ref()?;
    let is_server = |question: &Question| match question {
        Question::Arm { path, .. } => *path == target.id.to_lowercase(),
        _ => false,
    };
    let reason = failure_reason(migration, is_server)?;
    let (state, _) = reason.split_once(": ").unwrap_or((reason, ""));
    Some(match state.split(' ').next() {
        Some("401") => format!("the sign-in was not accepted ({state})"),
        Some("403") => format!("no right to read it ({state})"),
        Some("404") => format!("there is no such server ({state})"),
        _ => first_clause(reason),
    })
}

fn failure_reason(
    migration: &MigrationReport,
    is_wanted: impl Fn(&Question) -> bool,
) -> Option<&str> {
    let mut refused = migration.reads.refusals.iter();
    let found = refused.find(|r| r.question.parse().is_ok_and(|q| is_wanted(&q)));
    found.map(|r| r.reason.as_str())
}

/// Removes the SQLSTATE from a message such as `28P01 invalid_password: password authentication failed …`.
fn without_sqlstate(reason: &str) -> &str {
    let is_state = |state: &str| {
        let state = state.split(' ').next().unwrap_or_default();
        let is_part = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
        state.len() == 5 && state.chars().all(is_part)
    };
    match reason.split_once(": ") {
        Some((state, words)) if is_state(state) => words,
        _ => reason,
    }
}

/// Returns the first clause, without details, hints, and advice, and without an unclosed parenthesis.
fn first_clause(reason: &str) -> String {
    let first = reason.split("; ").next().unwrap_or(reason);
    let whole = match first.rfind(" (") {
        Some(at) if !first[at..].contains(')') => &first[..at],
        _ => first,
    };
    truncate(whole, MAX_CHARS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_message_of_the_server_remains() {
        for (reason, left) in [
            (
                "28P01 invalid_password: password authentication failed for user \"x\"",
                "password authentication failed for user \"x\"",
            ),
            (
                "28000: no entry; hint: add one; tried the other way",
                "no entry",
            ),
            (
                "no server at 127.0.0.1:1: refused",
                "no server at 127.0.0.1:1: refused",
            ),
            (
                "not for `h` (it has no name; nor an address)",
                "not for `h`",
            ),
            (
                "not for `h` (it has no name); at all",
                "not for `h` (it has no name)",
            ),
        ] {
            assert_eq!(first_clause(without_sqlstate(reason)), left);
        }
    }
}
