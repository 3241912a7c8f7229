//! Tablespaces that a provider creates. As of 2026-11.

/// Tablespaces on local storage that a provider creates for temporary files. As of 2026-11.
const TEMPORARY_TABLESPACES: &[&str] = &["temptblspace", "rds_temp_tablespace"];

/// Whether this is a provider's tablespace for temporary files.
pub fn is_temporary_tablespace(name: &str) -> bool {
    TEMPORARY_TABLESPACES.contains(&name)
}
