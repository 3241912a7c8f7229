//! Grants that a restore cannot repeat. Not here: who owns what (`owners`).

use serde::Deserialize;

/// A grant on a system catalog or on a column of one.
#[derive(Debug, Clone, Deserialize)]
pub struct CatalogGrant {
    /// Its name; a function's has its arguments.
    pub catalog: String,
    /// `table` or `function`; a recording from before functions were asked about says nothing.
    #[serde(default)]
    kind: Option<String>,
    pub column_name: Option<String>,
    /// `public` stands for everybody: no role can have that name.
    pub grantee: String,
    /// `SELECT, UPDATE`.
    pub privileges: String,
}

impl CatalogGrant {
    /// Whether it is on a function of `pg_catalog`, not on a table or view.
    pub fn is_on_function(&self) -> bool {
        self.kind.as_deref() == Some("function")
    }
}

/// What new objects of a role are granted by themselves, where the migration user cannot repeat it.
#[derive(Debug, Clone, Deserialize)]
pub struct DefaultPrivilege {
    pub role: String,
    pub role_is_superuser: bool,
    /// Whether the migration user may act for the role; then it is a superuser's.
    pub user_has_role: bool,
    /// `None`: in every schema.
    pub schema: Option<String>,
    /// `tables`, `functions`, …
    pub objects: String,
}
