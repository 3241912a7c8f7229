//! The documented prerequisites of a migration, each with the short name that checks use.
//! As of 2025-01-24. Source: the prerequisites of
//! <https://learn.microsoft.com/azure/postgresql/migrate/migration-service/overview-migration-service-postgresql>.

/// Short name and description of each prerequisite.
pub const ALL: &[(&str, &str)] = &[
    (
        "version",
        "the source is 9.5 or newer, and the target is no older than the source",
    ),
    ("target", "the flexible server exists and can be used"),
    ("sku", "its size corresponds with the source's"),
    (
        "release-notes",
        "the release notes between both majors were reviewed",
    ),
    (
        "extensions",
        "the source's extensions are offered, allowed and preloaded on the target",
    ),
    (
        "parameters",
        "server parameters were matched by hand, and static ones took effect",
    ),
    (
        "password",
        "passwords hashed with MD5 are accepted, where roles are migrated",
    ),
    (
        "ha",
        "high availability of the target is off until the migration is done",
    ),
    (
        "replicas",
        "the target has no read replicas until the migration is done",
    ),
    (
        "network",
        "the target reaches the source over a path that fits both",
    ),
];

/// Finds the description of a prerequisite by its short name.
pub fn find(name: &str) -> Option<&'static str> {
    ALL.iter()
        .find(|(n, _)| *n == name)
        .map(|(_, meaning)| *meaning)
}
