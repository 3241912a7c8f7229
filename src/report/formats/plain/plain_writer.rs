//! Writes lines, blank lines, and labeled, wrapped text with styles.

use anstyle::{AnsiColor, Style};

use super::PlainLayout;
use crate::checks::Severity;
use crate::report::sanitize::escape_control;

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();

pub(crate) fn severity_style(severity: Severity) -> Style {
    let colour = match severity {
        Severity::Blocker => AnsiColor::Red,
        Severity::Warning => AnsiColor::Yellow,
        Severity::Note => AnsiColor::Cyan,
    };
    Style::new().bold().fg_color(Some(colour.into()))
}

pub(crate) struct PlainWriter {
    pub(crate) out: String,
    pub(crate) width: usize,
}

impl PlainWriter {
    pub(crate) fn new(layout: PlainLayout) -> PlainWriter {
        PlainWriter {
            out: String::new(),
            width: layout.width.clamp(40, 160),
        }
    }

    pub(crate) fn write_line(&mut self, indent: usize, text: &str) {
        let line = format!("{}{text}", " ".repeat(indent));
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    pub(crate) fn write_blank_line(&mut self) {
        if !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// Writes wrapped text after a label. The text is sanitized with [`escape_control`].
    pub(crate) fn write_labeled(&mut self, indent: usize, label: &str, text: &str) {
        let text = &escape_control(text);
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
