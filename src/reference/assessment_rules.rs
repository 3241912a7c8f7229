//! The rules of the Azure Migrate assessment for PostgreSQL. `checks::Check::official` maps checks to them.

/// Date of the list. Source: <https://learn.microsoft.com/azure/migrate/assessment-rules-for-postgresql> (preview).
pub const AS_OF: &str = "2025-09-19";

/// A rule of the assessment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AssessmentRule {
    /// Short name, defined by flexready.
    pub key: &'static str,
    pub meaning: &'static str,
    /// Why no check covers the rule. `None` if one does.
    pub uncovered_reason: Option<&'static str>,
}

const fn rule(key: &'static str, meaning: &'static str) -> AssessmentRule {
    AssessmentRule {
        key,
        meaning,
        uncovered_reason: None,
    }
}

/// All rules, in the order of the page.
pub const ALL: &[AssessmentRule] = &[
    rule("extensions", "extensions that the target does not offer"),
    rule(
        "collations",
        "collations of users or of one operating system",
    ),
    rule(
        "language",
        "procedural languages that the target does not offer",
    ),
    rule("types", "data types of users"),
    rule("casts", "casts of users"),
    rule(
        "fts",
        "full-text search configurations, dictionaries, parsers and templates",
    ),
    rule("tls", "TLS below 1.2 or above 1.3"),
    rule("superuser", "objects that a superuser owns"),
    rule("files", "functions that read or write files of the server"),
    rule("ipv6", "connections over IPv6"),
    rule("ports", "ports other than 5432 and 6432"),
    rule("oids", "tables WITH OIDS"),
    rule("tablespaces", "tablespaces of users"),
    rule("version", "a version below 9.5"),
    rule("replicas", "more than five read replicas"),
    rule("encodings", "encodings that the target does not support"),
    rule("region", "a region without the service or the SKU"),
    rule("sku", "a size that rests on the machine alone"),
    AssessmentRule {
        uncovered_reason: Some(
            "no check: what could not be read makes every check that needs it unknown, and the verdict incomplete",
        ),
        ..rule("credentials", "databases that could not be looked into")
    },
];

/// Finds a rule by its key.
pub fn find(key: &str) -> Option<&'static AssessmentRule> {
    ALL.iter().find(|r| r.key == key)
}
