//! The text of a step: its command, and its database, phase and notes as comments.

use std::borrow::Cow;
use std::fmt;

use super::quote::{quote_identifier, restart_server_line, set_parameter_line};
use super::step::{Action, FixStep, Phase};

/// The parts of the text of a step.
pub(crate) struct StepText<'a> {
    pub command: &'a str,
    pub is_sql: bool,
    /// The database that the text names.
    pub database: Option<&'a str>,
    pub phase: Phase,
    pub note: Option<&'a str>,
    pub detail: Option<&'a str>,
}

impl StepText<'_> {
    /// The start of a comment in the language of the command.
    fn comment_mark(&self) -> &'static str {
        if self.is_sql { "--" } else { "#" }
    }

    fn command_with_database(&self) -> Cow<'_, str> {
        match self.database {
            Some(name) => {
                let name = quote_identifier(name);
                format!("{} -- in database {name}", self.command).into()
            }
            None => self.command.into(),
        }
    }

    /// The phase and the note.
    fn remark(&self) -> Option<Cow<'_, str>> {
        match (self.phase, self.note) {
            (Phase::Before, note) => note.map(Cow::from),
            (Phase::After, None) => Some("afterwards".into()),
            (Phase::After, Some(note)) => Some(format!("afterwards, {note}").into()),
        }
    }

    /// Returns the command as it is run, followed by its remarks.
    fn command_first(&self) -> String {
        let mark = self.comment_mark();
        let mut text = self.command_with_database().into_owned();
        if let Some(remark) = self.remark() {
            text.push_str(&format!(" {mark} {remark}"));
        }
        if let Some(detail) = self.detail {
            text.push_str(&format!("; {detail}"));
        }
        text
    }

    /// Returns the remarks and the command as one comment. Next to the commands to run now, an executable line would
    /// undo them.
    fn as_comment(&self) -> String {
        let mark = self.comment_mark();
        let remark = self.remark().unwrap_or_default();
        let command = self.command_with_database();
        let command = command.replace('\n', &format!("\n{mark} "));
        let mut text = format!("{mark} {remark}: {command}");
        if let Some(detail) = self.detail {
            text.push_str(&format!(" {mark} {detail}"));
        }
        text
    }
}

/// The form that reports print.
impl fmt::Display for StepText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self.phase {
            Phase::Before => self.command_first(),
            Phase::After => self.as_comment(),
        })
    }
}

impl FixStep {
    /// Returns the command without remarks, as a shell or psql runs it.
    pub fn command(&self) -> Cow<'_, str> {
        match &self.action {
            Action::Parameter {
                server,
                name,
                value,
            } => set_parameter_line(server, name, value).into(),
            Action::Restart(server) => restart_server_line(server).into(),
            Action::Az(line) | Action::Manual(line) => line.into(),
            Action::Sql { statements, .. } => format!("{};", statements.join("; ")).into(),
        }
    }

    /// Returns the command followed by its remarks, also for a step that is applied afterwards. Instructions without
    /// a note need no remark.
    pub fn command_line(&self) -> String {
        match (&self.action, &self.note) {
            (Action::Manual(text), None) => text.clone(),
            (Action::Manual(_), Some(_)) => self.to_string(),
            _ => self.text(&self.command()).command_first(),
        }
    }

    /// Returns the text of this step. `command` is [`FixStep::command`].
    fn text<'a>(&'a self, command: &'a str) -> StepText<'a> {
        let database = match &self.action {
            Action::Sql { database, .. } => database.as_deref(),
            _ => None,
        };
        StepText {
            command,
            is_sql: matches!(self.action, Action::Sql { .. }),
            database: database.filter(|_| !self.names_database),
            phase: self.phase,
            note: self.note.as_deref(),
            detail: self.detail.as_deref(),
        }
    }
}

/// The form that reports print.
impl fmt::Display for FixStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text(&self.command()).fmt(f)
    }
}
