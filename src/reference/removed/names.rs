//! Types, functions, operators and parameters.

use super::Removal;
use super::What::{Call, Function, Operator, Parameter, Type};

const fn a_type(gone: u32, name: &'static str, instead: &'static str) -> Removal {
    Removal::new(gone, Type(name), instead)
}

const fn function(gone: u32, name: &'static str, instead: &'static str) -> Removal {
    Removal::new(gone, Function(name, None), instead)
}

const fn call(gone: u32, name: &'static str, instead: &'static str) -> Removal {
    Removal::new(gone, Call(name), instead)
}

const fn operator(
    gone: u32,
    name: &'static str,
    operands: &'static str,
    instead: &'static str,
) -> Removal {
    Removal::new(gone, Operator(name, operands), instead)
}

const fn parameter(gone: u32, name: &'static str, instead: &'static str) -> Removal {
    Removal::new(gone, Parameter(name), instead)
}

/// `unknown` still exists, as a pseudo-type: no table, composite type or function can have it since 10.
pub(super) const TYPES: &[Removal] = &[
    a_type(100000, "unknown", "`text`"),
    a_type(120000, "abstime", "`timestamptz`"),
    a_type(120000, "reltime", "`interval`"),
    a_type(120000, "tinterval", "`tstzrange`"),
    a_type(
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

const IN: &str = "`<@`";
const HAS: &str = "`@>`";

/// Those of `abstime` and its kin are left to the types. Of extensions: the containment operators that 14's versions dropped.
pub(super) const OPERATORS: &[Removal] = &[
    operator(140000, "!", "int8,", "`factorial`"),
    operator(140000, "!!", ",int8", "`factorial`"),
    operator(140000, "@", "box,box", IN),
    operator(140000, "@", "circle,circle", IN),
    operator(140000, "@", "lseg,box", IN),
    operator(140000, "@", "lseg,line", IN),
    operator(140000, "@", "point,box", IN),
    operator(140000, "@", "point,circle", IN),
    operator(140000, "@", "point,line", IN),
    operator(140000, "@", "point,lseg", IN),
    operator(140000, "@", "point,path", IN),
    operator(140000, "@", "point,polygon", IN),
    operator(140000, "@", "polygon,polygon", IN),
    operator(140000, "~", "_aclitem,aclitem", HAS),
    operator(140000, "~", "box,box", HAS),
    operator(140000, "~", "circle,circle", HAS),
    operator(140000, "~", "circle,point", HAS),
    operator(140000, "~", "path,point", HAS),
    operator(140000, "~", "polygon,point", HAS),
    operator(140000, "~", "polygon,polygon", HAS),
    operator(140000, "@", "cube,cube", HAS).of("cube"),
    operator(140000, "~", "cube,cube", IN).of("cube"),
    operator(140000, "@", "hstore,hstore", HAS).of("hstore"),
    operator(140000, "~", "hstore,hstore", IN).of("hstore"),
    operator(140000, "@", "_int4,_int4", HAS).of("intarray"),
    operator(140000, "~", "_int4,_int4", IN).of("intarray"),
    operator(140000, "@", "seg,seg", HAS).of("seg"),
    operator(140000, "~", "seg,seg", IN).of("seg"),
    operator(150000, "##", "line,box", "nothing: it was never usable"),
    operator(150000, "##", "lseg,line", "`line ## lseg`"),
    operator(150000, "<->", "box,line", "nothing: it was never usable"),
    operator(150000, "<->", "line,box", "nothing: it was never usable"),
    operator(150000, "@@", ",path", "nothing: it was never usable"),
];

/// Those whose old name is still understood (`ssl_ecdh_curve`) or that stay as a constant (`default_with_oids`) are left out.
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
