//! A step that fixes a finding: what it does, when, and who applies it.
//!
//! Its text is in `step_text`, quoting in `quote`. Scripts are assembled in `fix`.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::ServerId;
use crate::question::Side;

/// The statement that makes a source read its changed parameters.
pub const RELOAD_STATEMENT: &str = "SELECT pg_reload_conf()";

/// The action of a step.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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
    /// Statements without semicolons, each of which needs its own transaction. `database` is `None` if any database
    /// works.
    Sql {
        side: Side,
        database: Option<String>,
        statements: Vec<String>,
    },
    /// Instructions, or a command of another tool.
    Manual(String),
}

/// When a step is applied.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Before the migration.
    Before,
    /// After the migration.
    After,
}

/// Who applies a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Applicability {
    /// A script can apply it: it has one form, and it only adds something or can be undone.
    Script,
    /// A person decides: it deletes data, cannot be undone, opens access, or is one of several alternatives.
    Decide,
    /// A person completes or applies it: instructions, or a command with placeholders.
    Manual,
}

/// The documented impact of a step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Impact {
    pub restarts: bool,
    /// The cost, as a part of a sentence.
    pub cost: Option<&'static str>,
    /// The usual duration.
    pub duration: Option<&'static str>,
    /// The object that the step deletes and that must be recreated afterwards.
    pub deletes: Option<String>,
    /// A caveat to know before the step runs.
    pub caveat: Option<&'static str>,
}

/// The position of a step among the steps of its phase.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum StepOrder {
    /// Removes a lock. With a `ReadOnly` lock, Azure rejects every other step, including a server start.
    Unlock,
    /// Starts the server. A stopped server cannot be changed.
    Start,
    #[default]
    Change,
    /// Reloads the configuration after changes.
    Reload,
    /// Restarts the server after changes.
    Restart,
}

/// One step that fixes a finding.
#[derive(Debug, Clone, PartialEq)]
pub struct FixStep {
    pub action: Action,
    pub phase: Phase,
    pub applicability: Applicability,
    pub impact: Impact,
    /// The position in a script or list. Other steps can depend on it.
    pub order: StepOrder,
    /// Whether only the migration needs the step, so that it is undone afterwards.
    pub is_temporary: bool,
    /// A remark that is printed with the command: where, when or under which condition it is applied.
    pub note: Option<Cow<'static, str>>,
    /// A second remark, about what follows.
    pub detail: Option<Cow<'static, str>>,
    /// Whether the statement or the note names the database, so that the text does not name it again.
    pub names_database: bool,
}

impl FixStep {
    pub(crate) fn new(action: Action, applicability: Applicability) -> Self {
        FixStep {
            action,
            phase: Phase::Before,
            applicability,
            impact: Impact::default(),
            order: StepOrder::default(),
            is_temporary: false,
            note: None,
            detail: None,
            names_database: false,
        }
    }

    /// Creates a step with instructions, or with a command that no script can run.
    pub fn manual(text: impl Into<String>) -> Self {
        FixStep::new(Action::Manual(text.into()), Applicability::Manual)
    }

    /// Creates a step with an SQL statement for the source, in any database. A person decides about it.
    pub fn sql(statement: impl Into<String>) -> Self {
        FixStep::sql_step(None, statement.into())
    }

    /// Creates a step with an SQL statement for one database of the source. A person decides about it.
    pub fn sql_in(database: impl Into<String>, statement: impl Into<String>) -> Self {
        FixStep::sql_step(Some(database.into()), statement.into())
    }

    fn sql_step(database: Option<String>, statement: String) -> Self {
        let statement = statement.trim_end().trim_end_matches(';').to_owned();
        let action = Action::Sql {
            side: Side::Source,
            database,
            statements: vec![statement],
        };
        FixStep::new(action, Applicability::Decide)
    }

    /// Creates a step that makes the source read its changed parameters.
    pub fn reload_source() -> Self {
        FixStep::sql(RELOAD_STATEMENT).with_order(StepOrder::Reload)
    }

    /// Adds a statement that makes the source read the parameter that this step changes.
    #[must_use]
    pub fn with_reload(mut self) -> Self {
        if let Action::Sql { statements, .. } = &mut self.action {
            statements.push(RELOAD_STATEMENT.to_owned());
        }
        self
    }

    #[must_use]
    pub fn on_target(mut self) -> Self {
        if let Action::Sql { side, .. } = &mut self.action {
            *side = Side::Target;
        }
        self
    }

    /// Leaves the database out of the text, because the statement or the note names it.
    #[must_use]
    pub fn naming_its_database(self) -> Self {
        FixStep {
            names_database: true,
            ..self
        }
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

    /// Marks the command as a template that a person completes.
    #[must_use]
    pub fn to_complete(self) -> Self {
        FixStep {
            applicability: Applicability::Manual,
            ..self
        }
    }

    #[must_use]
    pub fn afterwards(self) -> Self {
        FixStep {
            phase: Phase::After,
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
    pub fn with_order(self, order: StepOrder) -> Self {
        FixStep { order, ..self }
    }

    #[must_use]
    pub fn with_deletion(mut self, object: String) -> Self {
        self.impact.deletes = Some(object);
        self
    }

    #[must_use]
    pub fn with_note(self, note: impl Into<Cow<'static, str>>) -> Self {
        FixStep {
            note: Some(note.into()),
            ..self
        }
    }

    #[must_use]
    pub fn with_detail(self, detail: impl Into<Cow<'static, str>>) -> Self {
        FixStep {
            detail: Some(detail.into()),
            ..self
        }
    }

    #[must_use]
    pub(crate) fn with_impact(self, impact: Impact) -> Self {
        FixStep { impact, ..self }
    }
}
