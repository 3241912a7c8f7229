//! The JSON types of a fleet.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::plan::fleet::FleetNote;

/// A run over many servers.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct FleetReport {
    #[serde(flatten)]
    pub note: FleetNote,
    /// Databases that more than one migration would write on the same target.
    pub collisions: Vec<CollisionReport>,
}

/// A database of a target that more than one migration would write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CollisionReport {
    /// The target's resource id.
    pub target: String,
    pub database: String,
    pub migrations: Vec<String>,
}
