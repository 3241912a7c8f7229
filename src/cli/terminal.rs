//! The width of the terminal.

use super::env::env;
use crate::report::formats::plain::PlainLayout;

/// The output width in columns: COLUMNS if set, otherwise the terminal width, otherwise 100.
pub(super) fn terminal_layout() -> PlainLayout {
    let columns = env("COLUMNS").and_then(|c| c.parse().ok());
    let terminal = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    PlainLayout {
        width: columns.or_else(terminal).unwrap_or(100),
    }
}
