//! Removed columns and relations: catalogs, `information_schema`, sequences, statistics views and `pg_stat_statements`.

use super::RemovedFeature::{Column, Relation};
use super::{Removal, SEQUENCE};

pub(super) const fn column(
    removed_in: u32,
    relation: &'static str,
    column: &'static str,
    replacement: &'static str,
) -> Removal {
    Removal::new(removed_in, Column(relation, column), replacement)
}

const fn relation(removed_in: u32, name: &'static str, replacement: &'static str) -> Removal {
    Removal::new(removed_in, Relation(name), replacement)
}

const INDEX_PROPERTY_FUNCTIONS: &str = "`pg_index_has_property` and its kin";
const SEQUENCES_VIEW: &str = "the view `pg_sequences`";

/// Columns and relations of catalogs and `information_schema`, and columns of sequences.
pub(super) const CATALOGS: &[Removal] = &[
    column(90600, "pg_am", "amstrategies", INDEX_PROPERTY_FUNCTIONS),
    column(90600, "pg_am", "amsupport", INDEX_PROPERTY_FUNCTIONS),
    column(90600, "pg_am", "amcanorder", INDEX_PROPERTY_FUNCTIONS),
    column(90600, "pg_am", "amcanorderbyop", INDEX_PROPERTY_FUNCTIONS),
    column(90600, "pg_am", "amcanbackward", INDEX_PROPERTY_FUNCTIONS),
    column(90600, "pg_am", "amcanunique", INDEX_PROPERTY_FUNCTIONS),
    column(90600, "pg_am", "amcanmulticol", INDEX_PROPERTY_FUNCTIONS),
    column(90600, "pg_am", "amoptionalkey", INDEX_PROPERTY_FUNCTIONS),
    column(90600, "pg_am", "amsearcharray", INDEX_PROPERTY_FUNCTIONS),
    column(90600, "pg_am", "amsearchnulls", INDEX_PROPERTY_FUNCTIONS),
    column(90600, "pg_am", "amstorage", INDEX_PROPERTY_FUNCTIONS),
    column(90600, "pg_am", "amclusterable", INDEX_PROPERTY_FUNCTIONS),
    column(90600, "pg_am", "ampredlocks", INDEX_PROPERTY_FUNCTIONS),
    column(90600, "pg_am", "amkeytype", INDEX_PROPERTY_FUNCTIONS),
    column(100000, SEQUENCE, "sequence_name", SEQUENCES_VIEW),
    column(100000, SEQUENCE, "start_value", SEQUENCES_VIEW),
    column(100000, SEQUENCE, "increment_by", SEQUENCES_VIEW),
    column(100000, SEQUENCE, "max_value", SEQUENCES_VIEW),
    column(100000, SEQUENCE, "min_value", SEQUENCES_VIEW),
    column(100000, SEQUENCE, "cache_value", SEQUENCES_VIEW),
    column(100000, SEQUENCE, "is_cycled", SEQUENCES_VIEW),
    column(110000, "pg_class", "relhaspkey", "`pg_index.indisprimary`"),
    column(110000, "pg_proc", "proisagg", "`pg_proc.prokind = 'a'`"),
    column(110000, "pg_proc", "proiswindow", "`pg_proc.prokind = 'w'`"),
    column(
        120000,
        "pg_attrdef",
        "adsrc",
        "`pg_get_expr(adbin, adrelid)`",
    ),
    column(
        120000,
        "pg_class",
        "relhasoids",
        "nothing: no table has oids any more",
    ),
    column(
        120000,
        "pg_constraint",
        "consrc",
        "`pg_get_constraintdef(oid)`",
    ),
    column(120000, "pg_proc", "protransform", "`pg_proc.prosupport`"),
    column(
        120000,
        "pg_statistic_ext",
        "stxdependencies",
        "`pg_statistic_ext_data.stxddependencies`",
    ),
    column(
        120000,
        "pg_statistic_ext",
        "stxndistinct",
        "`pg_statistic_ext_data.stxdndistinct`",
    ),
    relation(130000, "pg_pltemplate", "`pg_available_extensions`"),
    relation(130000, "sql_languages", "nothing"),
    relation(130000, "sql_packages", "nothing"),
    relation(130000, "sql_sizing_profiles", "nothing"),
    column(150000, "pg_database", "datlastsysoid", "the constant 16383"),
    column(
        170000,
        "element_types",
        "domain_default",
        "nothing: it was always null",
    ),
    column(
        170000,
        "pg_collation",
        "colliculocale",
        "`pg_collation.colllocale`",
    ),
    column(
        170000,
        "pg_database",
        "daticulocale",
        "`pg_database.datlocale`",
    ),
    column(
        180000,
        "pg_attribute",
        "attcacheoff",
        "nothing: it was always -1",
    ),
];

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
    statements_column(
        130000,
        "total_time",
        "`total_exec_time` and `total_plan_time`",
    ),
    statements_column(130000, "min_time", "`min_exec_time` and `min_plan_time`"),
    statements_column(130000, "max_time", "`max_exec_time` and `max_plan_time`"),
    statements_column(130000, "mean_time", "`mean_exec_time` and `mean_plan_time`"),
    statements_column(
        130000,
        "stddev_time",
        "`stddev_exec_time` and `stddev_plan_time`",
    ),
    statements_column(
        170000,
        "blk_read_time",
        "`shared_blk_read_time` and `local_blk_read_time`",
    ),
    statements_column(
        170000,
        "blk_write_time",
        "`shared_blk_write_time` and `local_blk_write_time`",
    ),
];

const fn statements_column(
    removed_in: u32,
    name: &'static str,
    replacement: &'static str,
) -> Removal {
    column(removed_in, "pg_stat_statements", name, replacement).with_extension("pg_stat_statements")
}
