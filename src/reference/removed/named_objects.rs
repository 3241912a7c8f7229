//! Removed types, functions, operators, parameters and forms of definition.

use super::Removal;
use super::RemovedFeature::{Call, Definition, Function, Operator, Parameter, Type};

const fn type_entry(removed_in: u32, name: &'static str, replacement: &'static str) -> Removal {
    Removal::new(removed_in, Type(name), replacement)
}

const fn function(removed_in: u32, name: &'static str, replacement: &'static str) -> Removal {
    Removal::new(removed_in, Function(name, None), replacement)
}

const fn call(removed_in: u32, name: &'static str, replacement: &'static str) -> Removal {
    Removal::new(removed_in, Call(name), replacement)
}

/// Removed types. `unknown` still exists, but since 10 only as a pseudo-type, which columns and functions cannot use.
pub(super) const TYPES: &[Removal] = &[
    type_entry(100000, "unknown", "`text`"),
    type_entry(120000, "abstime", "`timestamptz`"),
    type_entry(120000, "reltime", "`interval`"),
    type_entry(120000, "tinterval", "`tstzrange`"),
    type_entry(
        130000,
        "opaque",
        "`trigger`, `internal`, `cstring` or another pseudo-type",
    ),
];

const ABBREVIATIONS: &str = "the view `pg_timezone_abbrevs`";
const CHECKPOINTER: &str = "the view `pg_stat_checkpointer`";
const NO_SUPPORT_NEEDED: &str = "leaving it out of the operator class: it is optional";
const TSTZRANGE: &str = "the functions of `tstzrange`";

pub(super) const FUNCTIONS: &[Removal] = &[
    function(
        90600,
        "pg_stat_get_backend_waiting",
        "`pg_stat_get_backend_wait_event`",
    ),
    function(
        100000,
        "pg_current_xlog_flush_location",
        "`pg_current_wal_flush_lsn`",
    ),
    function(
        100000,
        "pg_current_xlog_insert_location",
        "`pg_current_wal_insert_lsn`",
    ),
    function(100000, "pg_current_xlog_location", "`pg_current_wal_lsn`"),
    function(
        100000,
        "pg_is_xlog_replay_paused",
        "`pg_is_wal_replay_paused`",
    ),
    function(
        100000,
        "pg_last_xlog_receive_location",
        "`pg_last_wal_receive_lsn`",
    ),
    function(
        100000,
        "pg_last_xlog_replay_location",
        "`pg_last_wal_replay_lsn`",
    ),
    function(100000, "pg_switch_xlog", "`pg_switch_wal`"),
    function(100000, "pg_xlog_location_diff", "`pg_wal_lsn_diff`"),
    function(100000, "pg_xlog_replay_pause", "`pg_wal_replay_pause`"),
    function(100000, "pg_xlog_replay_resume", "`pg_wal_replay_resume`"),
    function(100000, "pg_xlogfile_name", "`pg_walfile_name`"),
    function(
        100000,
        "pg_xlogfile_name_offset",
        "`pg_walfile_name_offset`",
    ),
    function(110000, "gist_box_compress", NO_SUPPORT_NEEDED),
    function(110000, "gist_box_decompress", NO_SUPPORT_NEEDED),
    function(110000, "gist_box_fetch", NO_SUPPORT_NEEDED),
    function(110000, "gtsquery_decompress", NO_SUPPORT_NEEDED),
    function(110000, "inet_gist_decompress", NO_SUPPORT_NEEDED),
    function(110000, "range_gist_compress", NO_SUPPORT_NEEDED),
    function(110000, "range_gist_decompress", NO_SUPPORT_NEEDED),
    function(110000, "range_gist_fetch", NO_SUPPORT_NEEDED),
    call(120000, "intinterval", TSTZRANGE),
    call(120000, "mktinterval", TSTZRANGE),
    call(120000, "timemi", "`timestamptz - interval`"),
    call(120000, "timenow", "`now`"),
    call(120000, "timepl", "`timestamptz + interval`"),
    call(120000, "tintervalct", TSTZRANGE),
    call(120000, "tintervalend", TSTZRANGE),
    call(120000, "tintervalov", TSTZRANGE),
    call(120000, "tintervalrel", TSTZRANGE),
    call(120000, "tintervalsame", TSTZRANGE),
    call(120000, "tintervalstart", TSTZRANGE),
    function(130000, "ascii_to_mic", "nothing"),
    function(130000, "ascii_to_utf8", "nothing"),
    function(130000, "mic_to_ascii", "nothing"),
    function(130000, "utf8_to_ascii", "nothing"),
    function(140000, "currtid", "`currtid2`"),
    function(140000, "numeric_fac", "`factorial`"),
    function(150000, "close_lb", "nothing: it was never usable"),
    function(150000, "close_sl", "nothing: it was never usable"),
    function(150000, "dist_bl", "nothing: it was never usable"),
    function(150000, "dist_lb", "nothing: it was never usable"),
    function(150000, "path_center", "nothing: it was never usable"),
    Removal::new(
        150000,
        Function("point", Some("path")),
        "nothing: it was never usable",
    ),
    function(
        150000,
        "pg_backup_start_time",
        "nothing: exclusive backups are gone",
    ),
    function(
        150000,
        "pg_is_in_backup",
        "nothing: exclusive backups are gone",
    ),
    function(150000, "pg_start_backup", "`pg_backup_start`"),
    function(150000, "pg_stop_backup", "`pg_backup_stop`"),
    function(170000, "interval_accum", "`avg` and `sum` of `interval`"),
    function(
        170000,
        "interval_accum_inv",
        "`avg` and `sum` of `interval`",
    ),
    Removal::new(
        170000,
        Function("interval_avg", Some("interval[]")),
        "`avg` of `interval`",
    ),
    function(170000, "interval_combine", "`avg` and `sum` of `interval`"),
    function(170000, "pg_read_file_old", "`pg_read_file`"),
    function(170000, "pg_rotate_logfile_old", "`pg_rotate_logfile`"),
    function(
        170000,
        "pg_stat_get_bgwriter_buf_written_checkpoints",
        CHECKPOINTER,
    ),
    function(
        170000,
        "pg_stat_get_bgwriter_requested_checkpoints",
        CHECKPOINTER,
    ),
    function(
        170000,
        "pg_stat_get_bgwriter_timed_checkpoints",
        CHECKPOINTER,
    ),
    function(
        170000,
        "pg_stat_get_buf_fsync_backend",
        "the view `pg_stat_io`",
    ),
    function(
        170000,
        "pg_stat_get_buf_written_backend",
        "the view `pg_stat_io`",
    ),
    function(170000, "pg_stat_get_checkpoint_sync_time", CHECKPOINTER),
    function(170000, "pg_stat_get_checkpoint_write_time", CHECKPOINTER),
    function(180000, "pg_timezone_abbrevs", ABBREVIATIONS),
];

const fn operator(
    removed_in: u32,
    name: &'static str,
    operands: &'static str,
    replacement: &'static str,
) -> Removal {
    Removal::new(removed_in, Operator(name, operands), replacement)
}

const fn parameter(removed_in: u32, name: &'static str, replacement: &'static str) -> Removal {
    Removal::new(removed_in, Parameter(name), replacement)
}

const CONTAINED_BY: &str = "`<@`";
const CONTAINS: &str = "`@>`";

/// Operators of removed types are not included, because their uses are found by the type.
/// Includes the containment operators that extensions dropped in the versions of PostgreSQL 14.
pub(super) const OPERATORS: &[Removal] = &[
    operator(140000, "!", "int8,", "`factorial`"),
    operator(140000, "!!", ",int8", "`factorial`"),
    operator(140000, "@", "box,box", CONTAINED_BY),
    operator(140000, "@", "circle,circle", CONTAINED_BY),
    operator(140000, "@", "lseg,box", CONTAINED_BY),
    operator(140000, "@", "lseg,line", CONTAINED_BY),
    operator(140000, "@", "point,box", CONTAINED_BY),
    operator(140000, "@", "point,circle", CONTAINED_BY),
    operator(140000, "@", "point,line", CONTAINED_BY),
    operator(140000, "@", "point,lseg", CONTAINED_BY),
    operator(140000, "@", "point,path", CONTAINED_BY),
    operator(140000, "@", "point,polygon", CONTAINED_BY),
    operator(140000, "@", "polygon,polygon", CONTAINED_BY),
    operator(140000, "~", "_aclitem,aclitem", CONTAINS),
    operator(140000, "~", "box,box", CONTAINS),
    operator(140000, "~", "circle,circle", CONTAINS),
    operator(140000, "~", "circle,point", CONTAINS),
    operator(140000, "~", "path,point", CONTAINS),
    operator(140000, "~", "polygon,point", CONTAINS),
    operator(140000, "~", "polygon,polygon", CONTAINS),
    operator(140000, "@", "cube,cube", CONTAINS).with_extension("cube"),
    operator(140000, "~", "cube,cube", CONTAINED_BY).with_extension("cube"),
    operator(140000, "@", "hstore,hstore", CONTAINS).with_extension("hstore"),
    operator(140000, "~", "hstore,hstore", CONTAINED_BY).with_extension("hstore"),
    operator(140000, "@", "_int4,_int4", CONTAINS).with_extension("intarray"),
    operator(140000, "~", "_int4,_int4", CONTAINED_BY).with_extension("intarray"),
    operator(140000, "@", "seg,seg", CONTAINS).with_extension("seg"),
    operator(140000, "~", "seg,seg", CONTAINED_BY).with_extension("seg"),
    operator(150000, "##", "line,box", "nothing: it was never usable"),
    operator(150000, "##", "lseg,line", "`line ## lseg`"),
    operator(150000, "<->", "box,line", "nothing: it was never usable"),
    operator(150000, "<->", "line,box", "nothing: it was never usable"),
    operator(150000, "@@", ",path", "nothing: it was never usable"),
];

/// Not included: parameters whose old name is still accepted (`ssl_ecdh_curve`), and those that remain as a constant
/// (`default_with_oids`).
pub(super) const PARAMETERS: &[Removal] = &[
    parameter(
        100000,
        "min_parallel_relation_size",
        "`min_parallel_table_scan_size`",
    ),
    parameter(100000, "sql_inheritance", "nothing: it is always on"),
    parameter(110000, "replacement_sort_tuples", "nothing"),
    parameter(130000, "wal_keep_segments", "`wal_keep_size`"),
    parameter(140000, "operator_precedence_warning", "nothing"),
    parameter(140000, "vacuum_cleanup_index_scale_factor", "nothing"),
    parameter(150000, "stats_temp_directory", "nothing"),
    parameter(160000, "force_parallel_mode", "`debug_parallel_query`"),
    parameter(160000, "lc_collate", "`pg_database.datcollate`"),
    parameter(160000, "lc_ctype", "`pg_database.datctype`"),
    parameter(160000, "promote_trigger_file", "`pg_promote`"),
    parameter(
        160000,
        "vacuum_defer_cleanup_age",
        "`hot_standby_feedback` and replication slots",
    ),
    parameter(170000, "db_user_namespace", "nothing"),
    parameter(170000, "old_snapshot_threshold", "`transaction_timeout`"),
    parameter(170000, "trace_recovery_messages", "nothing"),
];

/// Definitions that a later major version rejects. The names are those in the answer of the query `removed_uses`.
pub(super) const DEFINITIONS: &[Removal] = &[
    Removal::new(
        90500,
        Definition("an operator named `=>`"),
        "another name: `=>` marks a named argument",
    ),
    Removal::new(
        140000,
        Definition("a postfix operator"),
        "a prefix operator, or a function",
    ),
    Removal::new(
        140000,
        Definition("an aggregate or operator of an array function with `anyarray`"),
        "the same with `anycompatiblearray` and `anycompatible` on the target",
    ),
    Removal::new(
        140000,
        Definition("an encoding conversion with a function of five arguments"),
        "nothing, or a conversion whose function takes six arguments, on the target",
    ),
];
