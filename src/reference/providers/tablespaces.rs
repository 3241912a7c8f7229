//! Tablespaces that a provider makes, and nobody migrates. As of 2026-11.

/// Tablespaces on a local disk that a provider makes for temporary files.
const TEMPORARY_TABLESPACES: &[&str] = &["temptblspace", "rds_temp_tablespace"];

/// Whether a provider made this tablespace for temporary files.
pub fn is_temporary_tablespace(name: &str) -> bool {
    TEMPORARY_TABLESPACES.contains(&name)
}
