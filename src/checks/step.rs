//! A step that fixes a finding: its text in reports, and its handling by `flexready fix`.
//!
//! Quoting is in `quote`. Scripts are assembled in `fix`.

use std::fmt;

use crate::plan::ServerId;
use crate::question::Side;

/// The action of a step.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
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
    Words(String),
}

/// Who applies a step, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// The script applies the step. The step has one form, and it only adds something or can be undone.
    ByScript,
    /// A person decides: the step deletes data, cannot be undone, opens access, or is one of several alternatives.
    ByPerson,
    /// A person applies the step after the migration.
    Afterwards,
}

/// The documented impact of a step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Effect {
    pub restarts: bool,
    /// The cost, as a part of a sentence.
    pub costs: Option<&'static str>,
    /// The usual duration.
    pub takes: Option<&'static str>,
    /// A caveat to know before the step runs.
    pub mind: Option<&'static str>,
}

/// The position of a step in a script.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// Removes a lock. With a `ReadOnly` lock, Azure rejects every other step, including a server start.
    Unlock,
    /// Starts the server. A stopped server cannot be changed.
    Start,
    #[default]
    Any,
}

/// One step that fixes a finding.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub what: What,
    pub taken: Taken,
    pub effect: Effect,
    /// Whether only the migration needs the step, so that it is undone afterwards.
    pub is_temporary: bool,
    /// A note that reports print after the command.
    pub note: Option<&'static str>,
    /// The position in a script. Other steps can depend on it.
    pub turn: Turn,
    /// The object that the step deletes and that must be recreated afterwards.
    pub deletes: Option<String>,
}

impl Step {
    pub(crate) fn new(what: What, taken: Taken) -> Self {
        Step {
            what,
            taken,
            effect: Effect::default(),
            is_temporary: false,
            note: None,
            turn: Turn::default(),
            deletes: None,
        }
    }

    /// Creates a step with an SQL statement for the source. A person decides about it.
    pub fn sql(database: impl Into<Option<String>>, statement: impl Into<String>) -> Self {
        let statement = statement.into();
        let statement = statement.trim_end().trim_end_matches(';').to_owned();
        let what = What::Sql {
            side: Side::Source,
            database: database.into(),
            statement,
        };
        Step::new(what, Taken::ByPerson)
    }

    #[must_use]
    pub fn on_target(mut self) -> Self {
        if let What::Sql { side, .. } = &mut self.what {
            *side = Side::Target;
        }
        self
    }

    #[must_use]
    pub fn by_script(self) -> Self {
        Step {
            taken: Taken::ByScript,
            ..self
        }
    }

    #[must_use]
    pub fn by_person(self) -> Self {
        Step {
            taken: Taken::ByPerson,
            ..self
        }
    }

    #[must_use]
    pub fn afterwards(self) -> Self {
        Step {
            taken: Taken::Afterwards,
            ..self
        }
    }

    #[must_use]
    pub fn temporary(self) -> Self {
        Step {
            is_temporary: true,
            ..self
        }
    }

    #[must_use]
    pub fn turn(self, turn: Turn) -> Self {
        Step { turn, ..self }
    }

    #[must_use]
    pub fn deletes(self, what: String) -> Self {
        Step {
            deletes: Some(what),
            ..self
        }
    }

    #[must_use]
    pub fn note(self, note: &'static str) -> Self {
        Step {
            note: Some(note),
            ..self
        }
    }

    #[must_use]
    pub(crate) fn effect(self, effect: Effect) -> Self {
        Step { effect, ..self }
    }
}

impl From<String> for Step {
    fn from(words: String) -> Self {
        Step::new(What::Words(words), Taken::ByPerson)
    }
}

impl From<&str> for Step {
    fn from(words: &str) -> Self {
        words.to_owned().into()
    }
}

impl Step {
    /// Returns the command as it is run, followed by its note. This is also the form for steps that are applied
    /// afterwards.
    pub fn command_line(&self) -> String {
        match self.note {
            Some(note) => format!("{} {} {note}", self.command(), self.mark()),
            None => self.command(),
        }
    }

    fn command(&self) -> String {
        match &self.what {
            What::Parameter {
                server,
                name,
                value,
            } => super::command::parameter_line(server, name, value),
            What::Restart(server) => super::command::restart_line(server),
            What::Az(line) | What::Words(line) => line.clone(),
            What::Sql {
                database,
                statement,
                ..
            } => match database {
                Some(database) => {
                    let database = super::command::identifier(database);
                    format!("{statement}; -- in database {database}")
                }
                None => format!("{statement};"),
            },
        }
    }

    /// Returns the comment prefix of the language of the command.
    fn mark(&self) -> &'static str {
        match &self.what {
            What::Sql { .. } => "--",
            What::Words(words) if words.contains("; -- ") || words.ends_with(';') => "--",
            _ => "#",
        }
    }

    /// Formats the command as a comment that starts with `afterwards`. Next to the commands to run now, an executable
    /// line would undo them.
    fn set_aside(&self) -> String {
        let command = self.command();
        if command.starts_with("# afterwards") {
            return command;
        }
        let mark = self.mark();
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
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.taken {
            Taken::Afterwards => f.write_str(&self.set_aside()),
            Taken::ByScript | Taken::ByPerson => f.write_str(&self.command_line()),
        }
    }
}

#[cfg(test)]
mod tests;
