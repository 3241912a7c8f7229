//! Grants and default privileges that a restore cannot recreate.

use serde::Deserialize;

/// A grant on a system catalog, or on a column of one.
#[derive(Debug, Clone, Deserialize)]
pub struct CatalogGrant {
    /// Catalog name. For a function, with its argument types.
    pub catalog: String,
    /// `table` or `function`. `None` in recordings made before functions were included.
    #[serde(default)]
    kind: Option<String>,
    pub column_name: Option<String>,
    /// The grantee role. `public` means all roles: no role can have that name.
    pub grantee: String,
    /// Comma-separated, for example `SELECT, UPDATE`.
    pub privileges: String,
}

impl CatalogGrant {
    /// Whether the grant is on a function of `pg_catalog`, not on a table or view.
    pub fn is_on_function(&self) -> bool {
        self.kind.as_deref() == Some("function")
    }
}

/// An `ALTER DEFAULT PRIVILEGES` entry that the migration user cannot recreate.
#[derive(Debug, Clone, Deserialize)]
pub struct DefaultPrivilege {
    pub role: String,
    pub role_is_superuser: bool,
    /// Whether the migration user can act as the role. If so, the role is a superuser.
    pub user_has_role: bool,
    /// `None`: the entry applies to all schemas.
    pub schema: Option<String>,
    /// `tables`, `functions`, …
    pub objects: String,
}
