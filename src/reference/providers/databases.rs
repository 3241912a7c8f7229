//! Databases that a provider creates on every server. As of 2026-11.

/// Databases of a provider or of PostgreSQL itself. `postgres` is not included, because it can contain user objects.
/// As of 2026-11.
const BUILT_IN_DATABASES: &[&str] = &[
    "azure_maintenance",
    "azure_sys",
    "rdsadmin",
    "cloudsqladmin",
    "alloydbadmin",
    "template0",
    "template1",
];

pub fn is_built_in_database(name: &str) -> bool {
    BUILT_IN_DATABASES.contains(&name)
}

/// Returns the names of all built-in databases.
pub fn built_in_databases() -> impl Iterator<Item = &'static str> {
    BUILT_IN_DATABASES.iter().copied()
}
