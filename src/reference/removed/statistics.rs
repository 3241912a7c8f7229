//! Removed columns of statistics views and of `pg_stat_statements`.

use super::Removal;
use super::columns::column;

pub(super) const STATISTICS: &[Removal] = &[
    column(
        90600,
        "pg_stat_activity",
        "waiting",
        "`wait_event_type` and `wait_event`",
    ),
    column(100000, "pg_stat_replication", "sent_location", "`sent_lsn`"),
    column(
        100000,
        "pg_stat_replication",
        "write_location",
        "`write_lsn`",
    ),
    column(
        100000,
        "pg_stat_replication",
        "flush_location",
        "`flush_lsn`",
    ),
    column(
        100000,
        "pg_stat_replication",
        "replay_location",
        "`replay_lsn`",
    ),
    column(120000, "pg_stat_ssl", "clientdn", "`client_dn`"),
    column(
        130000,
        "pg_stat_wal_receiver",
        "received_lsn",
        "`written_lsn` and `flushed_lsn`",
    ),
    column(
        140000,
        "pg_stat_ssl",
        "compression",
        "nothing: TLS is no longer compressed",
    ),
    column(
        170000,
        "pg_stat_bgwriter",
        "buffers_backend",
        "`pg_stat_io`",
    ),
    column(
        170000,
        "pg_stat_bgwriter",
        "buffers_backend_fsync",
        "`pg_stat_io`",
    ),
    column(
        170000,
        "pg_stat_bgwriter",
        "buffers_checkpoint",
        "`pg_stat_checkpointer.buffers_written`",
    ),
    column(
        170000,
        "pg_stat_bgwriter",
        "checkpoint_sync_time",
        "`pg_stat_checkpointer.sync_time`",
    ),
    column(
        170000,
        "pg_stat_bgwriter",
        "checkpoint_write_time",
        "`pg_stat_checkpointer.write_time`",
    ),
    column(
        170000,
        "pg_stat_bgwriter",
        "checkpoints_req",
        "`pg_stat_checkpointer.num_requested`",
    ),
    column(
        170000,
        "pg_stat_bgwriter",
        "checkpoints_timed",
        "`pg_stat_checkpointer.num_timed`",
    ),
    column(
        170000,
        "pg_stat_progress_vacuum",
        "max_dead_tuples",
        "`max_dead_tuple_bytes`",
    ),
    column(
        170000,
        "pg_stat_progress_vacuum",
        "num_dead_tuples",
        "`num_dead_item_ids`",
    ),
    column(180000, "pg_backend_memory_contexts", "parent", "`path`"),
    column(
        180000,
        "pg_stat_io",
        "op_bytes",
        "`read_bytes`, `write_bytes`, `extend_bytes`",
    ),
    column(
        180000,
        "pg_stat_wal",
        "wal_sync",
        "`pg_stat_io` where `object = 'wal'`",
    ),
    column(
        180000,
        "pg_stat_wal",
        "wal_sync_time",
        "`pg_stat_io` where `object = 'wal'`",
    ),
    column(
        180000,
        "pg_stat_wal",
        "wal_write",
        "`pg_stat_io` where `object = 'wal'`",
    ),
    column(
        180000,
        "pg_stat_wal",
        "wal_write_time",
        "`pg_stat_io` where `object = 'wal'`",
    ),
    statements(
        130000,
        "total_time",
        "`total_exec_time` and `total_plan_time`",
    ),
    statements(130000, "min_time", "`min_exec_time` and `min_plan_time`"),
    statements(130000, "max_time", "`max_exec_time` and `max_plan_time`"),
    statements(130000, "mean_time", "`mean_exec_time` and `mean_plan_time`"),
    statements(
        130000,
        "stddev_time",
        "`stddev_exec_time` and `stddev_plan_time`",
    ),
    statements(
        170000,
        "blk_read_time",
        "`shared_blk_read_time` and `local_blk_read_time`",
    ),
    statements(
        170000,
        "blk_write_time",
        "`shared_blk_write_time` and `local_blk_write_time`",
    ),
];

const fn statements(gone: u32, name: &'static str, instead: &'static str) -> Removal {
    column(gone, "pg_stat_statements", name, instead).of("pg_stat_statements")
}
