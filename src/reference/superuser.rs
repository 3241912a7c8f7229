//! What PostgreSQL keeps for superusers and a flexible server gives its administrator all the same. As of 2026-11.
//! No page lists it; what stands here was reported by users of the service, so a finding becomes milder and does not vanish.

/// Parameters of context `superuser` that members of `azure_pg_admin` can set.
const RELAXED_PARAMETERS: &[&str] = &["session_replication_role"];

/// Whether an administrator of a flexible server can set this parameter, though PostgreSQL wants a superuser.
pub fn is_relaxed_parameter(name: &str) -> bool {
    RELAXED_PARAMETERS.contains(&name)
}
