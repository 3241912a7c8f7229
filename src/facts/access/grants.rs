//! Grants that a restore cannot repeat. Not here: who owns what (`owners`).

use serde::Deserialize;

/// A grant on a system catalog or on a column of one.
#[derive(Debug, Clone, Deserialize)]
pub struct CatalogGrant {
    pub catalog: String,
    pub column_name: Option<String>,
    /// `public` stands for everybody: no role can have that name.
    pub grantee: String,
    /// `SELECT, UPDATE`.
    pub privileges: String,
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
