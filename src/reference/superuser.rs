//! Parameters that PostgreSQL reserves for superusers but that the administrator of a flexible server can set.

/// Parameters of context `superuser` that members of `azure_pg_admin` can set. As of 2026-11.
/// No documentation lists them. Users of the service reported them, so they only lower the severity of a finding.
const RELAXED_PARAMETERS: &[&str] = &["session_replication_role"];

/// Whether the administrator of a flexible server can set this parameter, although PostgreSQL requires a superuser.
pub fn is_relaxed_parameter(name: &str) -> bool {
    RELAXED_PARAMETERS.contains(&name)
}
