//! A step that fixes a finding: its text in reports, and its handling by `flexready fix`.
//!
//! Quoting is in `quote`. Scripts are assembled in `fix`.

use std::fmt;

use crate::config::ServerId;
use crate::question::Side;

/// The action of a step.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Sets a server parameter of a flexible server.
    Parameter {
        server: ServerId,
        name: String,
        value: String,
    },
    Restart(ServerId),
    /// A complete az command with every argument quoted.
    Az(String),
    /// A statement without a semicolon. `database` is `None` if any database works.
    Sql {
        side: Side,
        database: Option<String>,
        statement: String,
    },
    /// Manual instructions.
    Manual(String),
}

/// Who applies a step, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applicability {
    /// The script applies the step. The step has one form, and it only adds something or can be undone.
    Script,
    /// A person decides: the step deletes data, cannot be undone, opens access, or is one of several alternatives.
    Decide,
    /// A person applies the step after the migration.
    Afterwards,
}

/// The documented impact of a step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Impact {
    pub restarts: bool,
    /// The cost, as a part of a sentence.
    pub cost: Option<&'static str>,
    /// The usual duration.
    pub duration: Option<&'static str>,
    /// A caveat to know before the step runs.
    pub caveat: Option<&'static str>,
}

/// The position of a step in a script.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Removes a lock. With a `ReadOnly` lock, Azure rejects every other step, including a server start.
    Unlock,
    /// Starts the server. A stopped server cannot be changed.
    Start,
    #[default]
    Any,
}

/// One step that fixes a finding.
#[derive(Debug, Clone, PartialEq)]
pub struct FixStep {
    pub action: Action,
    pub applicability: Applicability,
    pub impact: Impact,
    /// Whether only the migration needs the step, so that it is undone afterwards.
    pub is_temporary: bool,
    /// A note that reports print after the command.
    pub note: Option<&'static str>,
    /// The position in a script. Other steps can depend on it.
    pub phase: Phase,
    /// The object that the step deletes and that must be recreated afterwards.
    pub deletes: Option<String>,
}

impl FixStep {
    pub(crate) fn new(action: Action, applicability: Applicability) -> Self {
        FixStep {
            action,
            applicability,
            impact: Impact::default(),
            is_temporary: false,
            note: None,
            phase: Phase::default(),
            deletes: None,
        }
    }

    /// Creates a step with an SQL statement for the source. A person decides about it.
    pub fn sql(database: impl Into<Option<String>>, statement: impl Into<String>) -> Self {
        let statement = statement.into();
        let statement = statement.trim_end().trim_end_matches(';').to_owned();
        let action = Action::Sql {
            side: Side::Source,
            database: database.into(),
            statement,
        };
        FixStep::new(action, Applicability::Decide)
    }

    #[must_use]
    pub fn on_target(mut self) -> Self {
        if let Action::Sql { side, .. } = &mut self.action {
            *side = Side::Target;
        }
        self
    }

    #[must_use]
    pub fn for_script(self) -> Self {
        FixStep {
            applicability: Applicability::Script,
            ..self
        }
    }

    #[must_use]
    pub fn for_decision(self) -> Self {
        FixStep {
            applicability: Applicability::Decide,
            ..self
        }
    }

    #[must_use]
    pub fn afterwards(self) -> Self {
        FixStep {
            applicability: Applicability::Afterwards,
            ..self
        }
    }

    #[must_use]
    pub fn temporary(self) -> Self {
        FixStep {
            is_temporary: true,
            ..self
        }
    }

    #[must_use]
    pub fn with_phase(self, phase: Phase) -> Self {
        FixStep { phase, ..self }
    }

    #[must_use]
    pub fn with_deletion(self, object: String) -> Self {
        FixStep {
            deletes: Some(object),
            ..self
        }
    }

    #[must_use]
    pub fn with_note(self, note: &'static str) -> Self {
        FixStep {
            note: Some(note),
            ..self
        }
    }

    #[must_use]
    pub(crate) fn with_impact(self, impact: Impact) -> Self {
        FixStep { impact, ..self }
    }
}

impl From<String> for FixStep {
    fn from(words: String) -> Self {
        FixStep::new(Action::Manual(words), Applicability::Decide)
    }
}

impl From<&str> for FixStep {
    fn from(words: &str) -> Self {
        words.to_owned().into()
    }
}

impl FixStep {
    /// Returns the command as it is run, followed by its note. This is also the form for steps that are applied
    /// afterwards.
    pub fn command_line(&self) -> String {
        match self.note {
            Some(note) => format!("{} {} {note}", self.command(), self.comment_prefix()),
            None => self.command(),
        }
    }

    fn command(&self) -> String {
        match &self.action {
            Action::Parameter {
                server,
                name,
                value,
            } => super::quote::set_parameter_line(server, name, value),
            Action::Restart(server) => super::quote::restart_server_line(server),
            Action::Az(line) | Action::Manual(line) => line.clone(),
            Action::Sql {
                database,
                statement,
                ..
            } => match database {
                Some(database) => {
                    let database = super::quote::quote_identifier(database);
                    format!("{statement}; -- in database {database}")
                }
                None => format!("{statement};"),
            },
        }
    }

    /// Returns the comment prefix of the language of the command.
    fn comment_prefix(&self) -> &'static str {
        match &self.action {
            Action::Sql { .. } => "--",
            Action::Manual(words) if words.contains("; -- ") || words.ends_with(';') => "--",
            _ => "#",
        }
    }

    /// Formats the command as a comment that starts with `afterwards`. Next to the commands to run now, an executable
    /// line would undo them.
    fn render_afterwards(&self) -> String {
        let command = self.command();
        if command.starts_with("# afterwards") {
            return command;
        }
        let mark = self.comment_prefix();
        let (command, note) = match (self.note, command.rsplit_once(" -- afterwards")) {
            (None, Some((command, note))) => (command.to_owned(), format!("afterwards{note}")),
            (Some(note), _) if note.starts_with("afterwards") => (command, note.to_owned()),
            (Some(note), _) => (command, format!("afterwards, {note}")),
            (None, None) => (command, "afterwards".to_owned()),
        };
        let command = command.replace('\n', &format!("\n{mark} "));
        match note.split_once("; ") {
            Some((when, more)) => format!("{mark} {when}: {command} {mark} {more}"),
            None => format!("{mark} {note}: {command}"),
        }
    }
}

/// The form that reports print.
impl fmt::Display for FixStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.applicability {
            Applicability::Afterwards => f.write_str(&self.render_afterwards()),
            Applicability::Script | Applicability::Decide => f.write_str(&self.command_line()),
        }
    }
}
