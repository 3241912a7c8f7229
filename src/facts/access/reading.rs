//! Data that the migration user cannot read, or can read only in part.

use serde::Deserialize;

/// A schema with tables or sequences that the migration user cannot read.
#[derive(Debug, Clone, Deserialize)]
pub struct Unreadable {
    pub schema: String,
    /// The extension that owns the tables, if it marks their rows to be dumped.
    #[serde(default)]
    pub extension: Option<String>,
    /// Whether the migration user has USAGE on the schema.
    pub may_enter: bool,
    /// Number of tables without SELECT.
    pub tables: u64,
    /// Number of sequences without SELECT.
    pub sequences: u64,
    /// The first tables and sequences by name. `None` if only USAGE on the schema is missing.
    pub names: Option<Vec<String>>,
}

/// Large objects of one owner that the migration user cannot read.
#[derive(Debug, Clone, Deserialize)]
pub struct LargeObjects {
    pub owner: String,
    pub objects: u64,
}

/// A table whose row-level security applies to the migration user.
#[derive(Debug, Clone, Deserialize)]
pub struct GuardedTable {
    pub schema: String,
    pub name: String,
    pub owner: String,
    /// FORCE ROW LEVEL SECURITY: it also applies to the owner.
    pub is_forced: bool,
    /// The extension that owns the table.
    pub extension: Option<String>,
    /// Total number of such tables. The list is limited to 200.
    pub total: u64,
}
