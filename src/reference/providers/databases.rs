//! Databases that a provider puts into every server. As of 2026-11.

/// Databases that belong to a provider or to PostgreSQL itself. `postgres` is not among them: it may hold user objects.
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

/// All of them, by name.
pub fn built_in_databases() -> impl Iterator<Item = &'static str> {
    BUILT_IN_DATABASES.iter().copied()
}
