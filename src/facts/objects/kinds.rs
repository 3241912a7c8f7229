//! The rarer kinds of objects, one row each. Names are qualified, and quoted where they must be.

use serde::Deserialize;

/// A cast that users made, between types as `format_type` shows them.
#[derive(Debug, Clone, Deserialize)]
pub struct Cast {
    pub source: String,
    pub target: String,
    /// The function that it calls; none for a binary or textual one.
    pub function: Option<String>,
    /// `implicit`, `assignment` or `explicit`.
    pub context: String,
}

/// An object that only a superuser may create.
#[derive(Debug, Clone, Deserialize)]
pub struct SuperuserObject {
    /// `operator-class`, `access-method`, …
    pub kind: String,
    pub name: String,
    pub detail: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct BaseType {
    pub name: String,
    /// Announced by `CREATE TYPE name` and never defined; it takes a superuser too.
    #[serde(default)]
    pub is_shell: bool,
    pub columns_of_it: u64,
}

/// A part of full-text search.
#[derive(Debug, Clone, Deserialize)]
pub struct TextSearch {
    /// `text-search-parser`, `-template`, `-dictionary` or `-configuration`.
    pub kind: String,
    pub name: String,
    /// A dictionary's template, a configuration's parser.
    pub base: Option<String>,
}

impl TextSearch {
    /// Whether it names C functions, which only a superuser may.
    pub fn needs_superuser(&self) -> bool {
        ["text-search-parser", "text-search-template"].contains(&self.kind.as_str())
    }
}

/// The relations that lie in one tablespace other than their database's.
#[derive(Debug, Clone, Deserialize)]
pub struct TablespaceUse {
    pub tablespace: String,
    pub relations: u64,
    /// By the pages that the planner knows of.
    pub bytes: u64,
    pub first_relation: String,
}

#[derive(Debug, Clone, Deserialize)]
pub struct EventTrigger {
    pub name: String,
    /// `ddl_command_end`, …
    pub event: String,
    pub function: String,
    pub enabled: bool,
    pub tags: Option<Vec<String>>,
}

/// A foreign server, without its options: they may hold secrets.
#[derive(Debug, Clone, Deserialize)]
pub struct ForeignServer {
    pub name: String,
    /// The foreign-data wrapper.
    pub wrapper: String,
    pub tables: u64,
    /// User mappings.
    pub mappings: u64,
}

#[derive(Debug, Clone, Deserialize)]
pub struct LargeObjects {
    pub objects: u64,
    /// Bytes on disk, by the pages that the planner knows of.
    pub bytes: u64,
    /// Columns of type oid, or of a domain over it, that could name a large object; none when there are none to name.
    pub columns_of_oid: Option<u64>,
}
