//! A step that mends a finding: what a report shows of it, and what `flexready fix` does with it.
//! Not here: how the words are quoted (`command`), how a script is put together (`remedy`).

use std::fmt;

use crate::plan::ServerId;
use crate::question::Side;

/// What a step is.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// A server parameter of a flexible server.
    Parameter {
        server: ServerId,
        name: String,
        value: String,
    },
    Restart(ServerId),
    /// A whole az command, every word quoted.
    Az(String),
    /// A statement, without a semicolon, in one database; `None` where any will do.
    Sql {
        side: Side,
        database: Option<String>,
        statement: String,
    },
    /// Anything else that a person is told to do.
    Words(String),
}

/// Who takes a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// The script: the step has one form, and only adds something or can be put back.
    ByScript,
    /// A person: it deletes something for good, cannot be put back, opens a way in, or is one of several answers.
    ByPerson,
    /// Whoever ends the migration.
    Afterwards,
}

/// What a step brings with it, where that is documented.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Effect {
    pub restarts: bool,
    /// What it costs, as a part of a sentence.
    pub costs: Option<&'static str>,
    /// How long it usually takes.
    pub takes: Option<&'static str>,
    /// What else to know before it is run.
    pub mind: Option<&'static str>,
}

/// When a step is taken, among those of a script.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// A lock: below `ReadOnly` Azure refuses every other step, starting the server too.
    Unlock,
    /// A server that stands still takes no change.
    Start,
    #[default]
    Any,
}

/// One step of a finding.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub what: What,
    pub taken: Taken,
    pub effect: Effect,
    /// Whether the migration alone needs it, so that it is put back afterwards.
    pub is_temporary: bool,
    /// What a report shows behind it.
    pub note: Option<&'static str>,
    /// Whether others only work when it is done.
    pub turn: Turn,
    /// What it deletes, to be made again afterwards.
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

    /// A statement for the source, which a person has to decide on.
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
    /// The command as it is run, with what to know of it behind it: also for what is done afterwards.
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

    /// What begins a comment where the command is run.
    fn mark(&self) -> &'static str {
        match &self.what {
            What::Sql { .. } => "--",
            What::Words(words) if words.contains("; -- ") || words.ends_with(';') => "--",
            _ => "#",
        }
    }

    /// One comment, with the time in front: beside the commands of now, a live line would undo them.
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

/// As a report shows it.
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
