//! Functions and the languages that they are written in. Names are as `regprocedure` shows them: qualified, quoted where
//! they must be, with their arguments.

use serde::Deserialize;

/// A procedural language other than SQL and PL/pgSQL.
#[derive(Debug, Clone, Deserialize)]
pub struct Language {
    pub name: String,
    /// The extension that brought it; old ones were made without.
    pub extension: Option<String>,
    /// How many functions of users are written in it.
    pub functions: u64,
    pub first_function: Option<String>,
}

/// A function of compiled code.
#[derive(Debug, Clone, Deserialize)]
pub struct CFunction {
    pub name: String,
    /// `c` or `internal`.
    pub language: String,
    /// The file that holds it, for `c`.
    pub library: Option<String>,
}

/// A function with a property that only a superuser may give.
#[derive(Debug, Clone, Deserialize)]
pub struct PrivilegedFunction {
    pub name: String,
    pub is_leakproof: bool,
    /// Its planner support function.
    pub support: Option<String>,
    /// Parameters of context `superuser` that it sets, by name.
    pub parameters: Vec<String>,
}

/// A function that a restore calls, and that finds less under the restore's empty `search_path`.
#[derive(Debug, Clone, Deserialize)]
pub struct SearchPathFunction {
    pub name: String,
    pub extension: Option<String>,
    /// The first object that calls it.
    pub used_by: String,
    /// What kind of object that is: `check constraint`, `index`, …
    pub kind: String,
    pub uses: u64,
    /// Names in its text without a schema, at most ten.
    pub unqualified: Vec<String>,
    /// The schemas where such names are, at most ten.
    pub schemas: Vec<String>,
}

/// A function whose text touches files of the server.
#[derive(Debug, Clone, Deserialize)]
pub struct FileFunction {
    pub name: String,
    pub language: String,
    /// What in it does: `pg_read_file`, `copy program`, …
    pub calls: Vec<String>,
}
