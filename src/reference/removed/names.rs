//! Removed types, functions, operators, parameters and forms of definition.

use super::Removal;
use super::What::{Call, Function, Type};

const fn a_type(gone: u32, name: &'static str, instead: &'static str) -> Removal {
    Removal::new(gone, Type(name), instead)
}

const fn function(gone: u32, name: &'static str, instead: &'static str) -> Removal {
    Removal::new(gone, Function(name, None), instead)
}

const fn call(gone: u32, name: &'static str, instead: &'static str) -> Removal {
    Removal::new(gone, Call(name), instead)
}

/// Removed types. `unknown` still exists, but since 10 only as a pseudo-type, which columns and functions cannot use.
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
