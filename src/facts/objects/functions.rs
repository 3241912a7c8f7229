//! Functions and procedural languages. Names are formatted by `regprocedure`: qualified, quoted if required, with
//! argument types.

use serde::Deserialize;

/// A procedural language other than SQL and PL/pgSQL.
#[derive(Debug, Clone, Deserialize)]
pub struct Language {
    pub name: String,
    /// The extension that contains it. Old languages were created without one.
    pub extension: Option<String>,
    /// Number of user functions in this language.
    pub functions: u64,
    pub first_function: Option<String>,
}

/// A function in compiled code.
#[derive(Debug, Clone, Deserialize)]
pub struct CFunction {
    pub name: String,
    /// `c` or `internal`.
    pub language: String,
    /// The shared library, if the language is `c`.
    pub library: Option<String>,
}

/// A function with a property that only a superuser can set.
#[derive(Debug, Clone, Deserialize)]
pub struct PrivilegedFunction {
    pub name: String,
    pub is_leakproof: bool,
    /// The planner support function.
    pub support: Option<String>,
    /// Parameters of context `superuser` that the function sets, sorted by name.
    pub parameters: Vec<String>,
}

/// A function that is called during a restore and does not find objects with the restore's empty `search_path`.
#[derive(Debug, Clone, Deserialize)]
pub struct SearchPathFunction {
    pub name: String,
    pub extension: Option<String>,
    /// The first object that calls it.
    pub used_by: String,
    /// Kind of that object: `check constraint`, `index`, …
    pub kind: String,
    pub uses: u64,
    /// Unqualified names in its body, at most ten.
    pub unqualified: Vec<String>,
    /// Schemas that contain such names, at most ten.
    pub schemas: Vec<String>,
}

/// A function whose body accesses server files.
#[derive(Debug, Clone, Deserialize)]
pub struct FileFunction {
    pub name: String,
    pub language: String,
    /// The calls that access files: `pg_read_file`, `copy program`, …
    pub calls: Vec<String>,
}
