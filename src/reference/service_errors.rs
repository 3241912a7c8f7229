//! The error codes of the migration service. `checks::Check::official` maps checks to them.

/// Date of the list. Source:
/// <https://learn.microsoft.com/azure/postgresql/migrate/migration-service/troubleshoot-error-codes>.
/// 603411 and 603412 do not exist.
pub const AS_OF: &str = "2025-02-07";

/// An error code of the migration service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServiceError {
    pub code: u32,
    pub meaning: &'static str,
    /// Why no check can predict the error. `None` if one does.
    pub unpredictable_reason: Option<&'static str>,
}

const INTERNAL_FAULT: Option<&str> =
    Some("a fault inside the service, which no state of the servers foretells");
const DURING_MIGRATION: Option<&str> =
    Some("it answers a request made during a migration, which no state of the servers foretells");

const fn error(
    code: u32,
    meaning: &'static str,
    unpredictable_reason: Option<&'static str>,
) -> ServiceError {
    ServiceError {
        code,
        meaning,
        unpredictable_reason,
    }
}

/// All error codes, ascending.
pub const ALL: &[ServiceError] = &[
    error(
        603000,
        "the source cannot be reached from the target or the runtime server",
        None,
    ),
    error(603001, "the server does not speak TLS", None),
    error(603100, "the password for a server is wrong", None),
    error(
        603101,
        "the database is on the target already, and overwriting it was not chosen",
        None,
    ),
    error(603102, "the source has no database of that name", None),
    error(
        603103,
        "a Microsoft Entra role does not exist on the target",
        None,
    ),
    error(
        603104,
        "the migration user has not the attribute REPLICATION",
        None,
    ),
    error(
        603105,
        "too few replication slots of the source are free",
        None,
    ),
    error(
        603106,
        "`max_wal_senders` is less than `max_replication_slots`",
        None,
    ),
    error(603107, "`wal_level` of the source is not `logical`", None),
    error(
        603108,
        "extensions are not in the target's `azure.extensions`",
        None,
    ),
    error(
        603109,
        "allowed extensions are not in the target's `shared_preload_libraries`",
        None,
    ),
    error(
        603110,
        "the migration user does not own the source's databases, or cannot read and write them",
        None,
    ),
    error(
        603111,
        "connections to a database of the target cannot be ended before it is dropped",
        None,
    ),
    error(
        603112,
        "`default_transaction_read_only` of the source cannot be turned off",
        None,
    ),
    error(
        603113,
        "cutover of a database whose migration has ended",
        DURING_MIGRATION,
    ),
    error(603114, "cutover of an offline migration", DURING_MIGRATION),
    error(
        603115,
        "the target's user is not a member of `azure_pg_admin`",
        None,
    ),
    error(
        603116,
        "the target's user has not the attribute CREATEROLE",
        None,
    ),
    error(
        603117,
        "the target's user cannot drop the database that is there",
        None,
    ),
    error(
        603400,
        "the source is older than the oldest version that the service takes",
        None,
    ),
    error(
        603401,
        "the collation of a database does not exist on the target",
        None,
    ),
    error(
        603402,
        "the collation of a column does not exist on the target",
        None,
    ),
    error(
        603403,
        "a database of the source has collations of its own",
        None,
    ),
    error(603404, "tables WITH OIDS", None),
    error(603405, "extensions that the service cannot migrate", None),
    error(
        603406,
        "PostGIS of the source does not fit the target's 3.2.3",
        None,
    ),
    error(
        603407,
        "an extension of the source stands in a system schema",
        None,
    ),
    error(
        603408,
        "extensions that PostgreSQL 16 on the target does not have",
        None,
    ),
    error(603409, "casts of users", None),
    error(603410, "grants on system tables", None),
    error(
        603413,
        "procedural languages that the target does not have",
        None,
    ),
    error(
        603700,
        "connections to the target cannot be ended before or after the migration",
        None,
    ),
    error(
        603701,
        "the roles could not be created on the target",
        INTERNAL_FAULT,
    ),
    error(
        603702,
        "the roles could not be dumped from the source",
        INTERNAL_FAULT,
    ),
    error(
        603703,
        "the dump of the roles could not be edited",
        INTERNAL_FAULT,
    ),
    error(
        603704,
        "the source's roles could not be granted to the target's user",
        INTERNAL_FAULT,
    ),
    error(
        603705,
        "grants and revokes could not be restored",
        INTERNAL_FAULT,
    ),
    error(
        603706,
        "the target's user could not be cleaned up, as it is in several roles",
        None,
    ),
    error(
        603707,
        "the source's administrator could not be made a member of `azure_pg_admin`",
        INTERNAL_FAULT,
    ),
    error(
        603708,
        "the owner of schema `public` could not be changed",
        None,
    ),
    error(603709, "the migration could not be set up", INTERNAL_FAULT),
];

/// Finds an error by its code.
pub fn find(code: u32) -> Option<&'static ServiceError> {
    ALL.iter().find(|e| e.code == code)
}
