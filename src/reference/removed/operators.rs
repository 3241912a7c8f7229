//! Removed operators and parameters.

use super::Removal;
use super::What::{Operator, Parameter};

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

const IN: &str = "`<@`";
const HAS: &str = "`@>`";

/// Operators of removed types are not included, because their uses are found by the type.
/// Includes the containment operators that extensions dropped in the versions of PostgreSQL 14.
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
