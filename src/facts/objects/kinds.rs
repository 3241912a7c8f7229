//! Other kinds of objects, with one type each. Names are qualified, and quoted if required.

use serde::Deserialize;

/// A user-defined cast. Type names are formatted by `format_type`.
#[derive(Debug, Clone, Deserialize)]
pub struct Cast {
    pub source: String,
    pub target: String,
    /// The cast function. `None` for a binary-coercible or I/O conversion cast.
    pub function: Option<String>,
    /// `implicit`, `assignment` or `explicit`.
    pub context: String,
}

/// An object that only a superuser can create.
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
    /// Declared by `CREATE TYPE name` and never defined. This also requires a superuser.
    #[serde(default)]
    pub is_shell: bool,
    pub columns_of_it: u64,
}

/// A full-text search object.
#[derive(Debug, Clone, Deserialize)]
pub struct TextSearch {
    /// `text-search-parser`, `-template`, `-dictionary` or `-configuration`.
    pub kind: String,
    pub name: String,
    /// A dictionary's template, or a configuration's parser.
    pub base: Option<String>,
}

impl TextSearch {
    /// Whether it references C functions, which requires a superuser.
    pub fn needs_superuser(&self) -> bool {
        ["text-search-parser", "text-search-template"].contains(&self.kind.as_str())
    }
}

/// Relations in one tablespace other than the database default.
#[derive(Debug, Clone, Deserialize)]
pub struct TablespaceUse {
    pub tablespace: String,
    pub relations: u64,
    /// Estimated from the page counts in the catalog.
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

/// A foreign server. Options are not read, because they can contain secrets.
#[derive(Debug, Clone, Deserialize)]
pub struct ForeignServer {
    pub name: String,
    /// The foreign-data wrapper.
    pub wrapper: String,
    pub tables: u64,
    /// Number of user mappings.
    pub mappings: u64,
}

#[derive(Debug, Clone, Deserialize)]
pub struct LargeObjects {
    pub objects: u64,
    /// Size in bytes, estimated from the page counts in the catalog.
    pub bytes: u64,
    /// Number of columns of type oid, or of a domain over it, that could reference a large object. `None` if there are
    /// no large objects.
    pub columns_of_oid: Option<u64>,
}
