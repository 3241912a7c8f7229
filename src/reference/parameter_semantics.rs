//! Classifies server parameters by the effect of a difference between source and target.
//! As of 2026-11, for PostgreSQL 9.5 to 18.

/// Parameters whose difference changes results or breaks clients, with the effect.
const RESULT_EFFECTS: &[(&str, &str)] = &[
    (
        "standard_conforming_strings",
        "string literals with a backslash mean something else",
    ),
    (
        "backslash_quote",
        "`\\'` in a literal is accepted or refused",
    ),
    (
        "array_nulls",
        "`NULL` in an array literal is a null or the word",
    ),
    (
        "transform_null_equals",
        "`x = NULL` is rewritten to `x IS NULL` or not",
    ),
    ("datestyle", "dates are read and written in another order"),
    ("intervalstyle", "intervals are written in another form"),
    (
        "timezone",
        "times without a zone are read and shown in another zone",
    ),
    (
        "bytea_output",
        "binary values reach clients in another form",
    ),
    (
        "extra_float_digits",
        "floating-point numbers are written with other digits",
    ),
    ("xmloption", "XML text is parsed as another kind of value"),
    ("xmlbinary", "binary values in XML have another form"),
    (
        "search_path",
        "unqualified names are found in other schemas",
    ),
    (
        "client_encoding",
        "clients that do not set it get another encoding",
    ),
    (
        "default_transaction_isolation",
        "transactions see other rows, or fail to serialise",
    ),
    (
        "default_transaction_deferrable",
        "read-only serialisable transactions wait or do not",
    ),
    (
        "default_text_search_config",
        "full-text search uses another dictionary",
    ),
    (
        "lc_monetary",
        "amounts of type `money` are written otherwise",
    ),
    ("lc_numeric", "`to_char` writes numbers otherwise"),
    (
        "lc_time",
        "`to_char` writes names of days and months otherwise",
    ),
    (
        "lo_compat_privileges",
        "large objects are checked for rights or not",
    ),
    (
        "row_security",
        "row security is applied, or the query fails",
    ),
    ("max_prepared_transactions", "two-phase commit is refused"),
    (
        "session_replication_role",
        "triggers and rules fire or do not",
    ),
    (
        "track_commit_timestamp",
        "`pg_xact_commit_timestamp` has no answer",
    ),
    (
        "default_with_oids",
        "new tables have an `oid` column or not",
    ),
    (
        "operator_precedence_warning",
        "warnings of operator precedence appear or not",
    ),
    ("quote_all_identifiers", "generated SQL is quoted otherwise"),
    (
        "plan_cache_mode",
        "prepared statements are planned otherwise",
    ),
    ("constraint_exclusion", "partitions are excluded or scanned"),
    (
        "gin_fuzzy_search_limit",
        "searches on GIN indexes return fewer rows",
    ),
];

/// Parameters that another check covers, with its ID.
pub const COVERED_BY_CHECK: &[(&str, &str)] = &[
    ("max_connections", "connections-below-source"),
    ("password_encryption", "password-hashes-rejected"),
    ("shared_preload_libraries", "extension-not-preloaded"),
];

/// Parameters for the machine, its files or its log, whose values do not apply to another server.
const MACHINE_SPECIFIC: &[&str] = &[
    "archive_cleanup_command",
    "archive_command",
    "archive_library",
    "archive_mode",
    "archive_timeout",
    "bonjour",
    "bonjour_name",
    "cluster_name",
    "config_file",
    "data_directory",
    "data_directory_mode",
    "dynamic_library_path",
    "dynamic_shared_memory_type",
    "event_source",
    "external_pid_file",
    "hba_file",
    "ident_file",
    "krb_server_keyfile",
    "lc_messages",
    "listen_addresses",
    "log_destination",
    "log_directory",
    "log_file_mode",
    "log_filename",
    "log_line_prefix",
    "log_rotation_age",
    "log_rotation_size",
    "log_timezone",
    "log_truncate_on_rotation",
    "logging_collector",
    "port",
    "primary_conninfo",
    "primary_slot_name",
    "promote_trigger_file",
    "recovery_end_command",
    "restore_command",
    "shared_memory_type",
    "ssl",
    "ssl_ca_file",
    "ssl_cert_file",
    "ssl_ciphers",
    "ssl_crl_dir",
    "ssl_crl_file",
    "ssl_dh_params_file",
    "ssl_ecdh_curve",
    "ssl_groups",
    "ssl_key_file",
    "ssl_passphrase_command",
    "ssl_prefer_server_ciphers",
    "ssl_renegotiation_limit",
    "ssl_tls13_ciphers",
    "stats_temp_directory",
    "syslog_facility",
    "syslog_ident",
    "temp_tablespaces",
    "unix_socket_directories",
    "unix_socket_group",
    "unix_socket_permissions",
    "update_process_title",
];

/// Parameters that Azure sizes by the server. A larger value than on the source is acceptable.
const SIZED_BY_AZURE: &[&str] = &[
    "autovacuum_max_workers",
    "autovacuum_work_mem",
    "checkpoint_timeout",
    "effective_cache_size",
    "effective_io_concurrency",
    "maintenance_io_concurrency",
    "maintenance_work_mem",
    "max_connections",
    "max_locks_per_transaction",
    "max_parallel_maintenance_workers",
    "max_parallel_workers",
    "max_parallel_workers_per_gather",
    "max_prepared_transactions",
    "max_replication_slots",
    "max_wal_senders",
    "max_wal_size",
    "max_worker_processes",
    "min_wal_size",
    "shared_buffers",
    "temp_buffers",
    "wal_buffers",
    "work_mem",
];

/// Parameters whose value depends on the machine's memory or storage. On a smaller machine, the source's value prevents
/// the server from starting (`shared_buffers`) or fills its storage (`max_wal_size`).
const DEPENDS_ON_MACHINE_SIZE: &[&str] = &[
    "autovacuum_work_mem",
    "effective_cache_size",
    "huge_pages",
    "maintenance_work_mem",
    "max_wal_size",
    "min_wal_size",
    "shared_buffers",
    "wal_buffers",
];

/// Parameters that interrupt or prevent the sessions of the migration.
const INTERRUPTS_MIGRATION: &[&str] = &[
    "default_transaction_read_only",
    "idle_in_transaction_session_timeout",
    "idle_session_timeout",
    "lock_timeout",
    "statement_timeout",
    "transaction_timeout",
];

/// Whether the value depends on the machine's memory or storage.
pub fn depends_on_machine_size(name: &str) -> bool {
    DEPENDS_ON_MACHINE_SIZE.contains(&name.to_lowercase().as_str())
}

/// Whether the source's value must only be set on the target after the migration.
pub fn interrupts_migration(name: &str) -> bool {
    INTERRUPTS_MIGRATION.contains(&name.to_lowercase().as_str())
}

/// Whether the value is a locale name. A server without the locale rejects the value.
pub fn is_locale_name(name: &str) -> bool {
    ["lc_monetary", "lc_numeric", "lc_time"].contains(&name.to_lowercase().as_str())
}

/// Whether a larger value than on the source is acceptable.
pub fn can_be_larger(name: &str) -> bool {
    SIZED_BY_AZURE.contains(&name.to_lowercase().as_str())
}

/// Returns the effect of a difference on results or clients, or `None` if it has none.
pub fn effect_on_results(name: &str) -> Option<&'static str> {
    let name = name.to_lowercase();
    RESULT_EFFECTS
        .iter()
        .find(|(n, _)| *n == name)
        .map(|(_, effect)| *effect)
}

/// Whether the parameter can be compared between servers.
pub fn is_comparable(name: &str) -> bool {
    let name = name.to_lowercase();
    !MACHINE_SPECIFIC.contains(&name.as_str()) && !COVERED_BY_CHECK.iter().any(|(n, _)| *n == name)
}

/// Parameters of context `superuser` that members of `azure_pg_admin` can set. As of 2026-11.
/// No documentation lists them. Users of the service reported them, so they only lower the severity of a finding.
const RELAXED_PARAMETERS: &[&str] = &["session_replication_role"];

/// Whether the administrator of a flexible server can set this parameter, although PostgreSQL requires a superuser.
pub fn is_relaxed_parameter(name: &str) -> bool {
    RELAXED_PARAMETERS.contains(&name)
}
