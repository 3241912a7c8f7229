//! What a command writes to while it runs, and what it returns. Only `main` prints.

use std::io;
use std::io::Write;

use super::error::CliError;

/// The streams that a long-running command writes to.
pub struct Console<'a> {
    /// Results: stdout.
    pub out: &'a mut dyn Write,
    /// Progress; `None` if stderr is not a terminal, or with `--quiet`.
    pub progress: Option<&'a mut dyn Write>,
}

impl Console<'_> {
    /// Writes to stdout. A broken pipe is ignored, so that the run continues and returns its verdict.
    pub(super) fn print(
        &mut self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), CliError> {
        match write(self.out).and_then(|()| self.out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(CliError::StdoutNotWritten(error))
            }
            _ => Ok(()),
        }
    }
}

/// The result of a command, for `main` to print and return.
#[derive(Debug)]
pub struct Output {
    /// The text for stdout.
    pub text: String,
    pub exit_code: u8,
}

impl Output {
    pub(super) fn text(text: String) -> Self {
        Output { text, exit_code: 0 }
    }
}
