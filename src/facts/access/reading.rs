//! What the migration user cannot read, or not wholly.

use serde::Deserialize;

/// A schema with tables or sequences that the migration user cannot read.
#[derive(Debug, Clone, Deserialize)]
pub struct Unreadable {
    pub schema: String,
    /// The extension that they belong to, which wants its rows dumped.
    #[serde(default)]
    pub extension: Option<String>,
    /// USAGE on the schema.
    pub may_enter: bool,
    /// Tables without SELECT.
    pub tables: u64,
    /// Sequences without SELECT.
    pub sequences: u64,
    /// The first of both by name; null when it is the schema alone.
    pub names: Option<Vec<String>>,
}

/// Large objects of one owner that the migration user cannot read.
#[derive(Debug, Clone, Deserialize)]
pub struct LargeObjects {
    pub owner: String,
    pub objects: u64,
}

/// A table whose row security applies to the migration user.
#[derive(Debug, Clone, Deserialize)]
pub struct GuardedTable {
    pub schema: String,
    pub name: String,
    pub owner: String,
    /// FORCE ROW LEVEL SECURITY: it applies to the owner too.
    pub is_forced: bool,
    /// The extension that it belongs to.
    pub extension: Option<String>,
    /// How many such tables there are; the list ends at 200.
    pub total: u64,
}
