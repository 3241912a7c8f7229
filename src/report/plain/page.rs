//! Writes lines, blank lines, and labeled, wrapped text with styles.

use anstyle::{AnsiColor, Style};

use super::Layout;
use crate::checks::Severity;
use crate::report::text::visible;

pub(super) const BOLD: Style = Style::new().bold();
pub(super) const DIM: Style = Style::new().dimmed();

pub(super) fn colour(severity: Severity) -> Style {
    let colour = match severity {
        Severity::Blocker => AnsiColor::Red,
        Severity::Warning => AnsiColor::Yellow,
        Severity::Note => AnsiColor::Cyan,
    };
    Style::new().bold().fg_color(Some(colour.into()))
}

pub(super) struct Page {
    pub(super) out: String,
    pub(super) width: usize,
}

impl Page {
    pub(super) fn new(layout: Layout) -> Page {
        Page {
            out: String::new(),
            width: layout.width.clamp(40, 160),
        }
    }

    pub(super) fn line(&mut self, indent: usize, text: &str) {
        let line = format!("{}{text}", " ".repeat(indent));
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    pub(super) fn gap(&mut self) {
        if !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// Writes wrapped text after a label. The text is sanitized with [`escape_control`].
    pub(super) fn labelled(&mut self, indent: usize, label: &str, text: &str) {
        let text = &visible(text);
        let start = format!("{}{label:<5} ", " ".repeat(indent));
        let rest = " ".repeat(start.len());
        let options = textwrap::Options::new(self.width)
            .initial_indent(&start)
            .subsequent_indent(&rest)
            .wrap_algorithm(textwrap::WrapAlgorithm::FirstFit)
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .break_words(false)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        let filled = textwrap::fill(text, options);
        self.out.push_str(&filled);
        self.out.push('\n');
    }
}
