use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One thing on the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Hop {
    pub name: String,
    pub state: State,
    /// The rule, route or state that decides, or why it is not known.
    pub decided_by: String,
}

/// Whether a hop lets the packet through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Open,
    Closed,
    Unknown,
}

impl Hop {
    pub(super) fn new(
        name: impl Into<String>,
        state: State,
        decided_by: impl Into<String>,
    ) -> Self {
        Hop {
            name: name.into(),
            state,
            decided_by: decided_by.into(),
        }
    }
}
