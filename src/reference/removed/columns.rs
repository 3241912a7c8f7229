//! Removed columns and relations: catalogs, `information_schema`, sequences, statistics views and `pg_stat_statements`.

use super::What::{Column, Relation};
use super::{Removal, SEQUENCE};

pub(super) const fn column(
    gone: u32,
    relation: &'static str,
    column: &'static str,
    instead: &'static str,
) -> Removal {
    Removal::new(gone, Column(relation, column), instead)
}

const fn relation(gone: u32, name: &'static str, instead: &'static str) -> Removal {
    Removal::new(gone, Relation(name), instead)
}

const PG_AM: &str = "`pg_index_has_property` and its kin";
const PG_SEQUENCES: &str = "the view `pg_sequences`";

/// Columns and relations of catalogs and `information_schema`, and columns of sequences.
pub(super) const CATALOGS: &[Removal] = &[
    column(90600, "pg_am", "amstrategies", PG_AM),
    column(90600, "pg_am", "amsupport", PG_AM),
    column(90600, "pg_am", "amcanorder", PG_AM),
    column(90600, "pg_am", "amcanorderbyop", PG_AM),
    column(90600, "pg_am", "amcanbackward", PG_AM),
    column(90600, "pg_am", "amcanunique", PG_AM),
    column(90600, "pg_am", "amcanmulticol", PG_AM),
    column(90600, "pg_am", "amoptionalkey", PG_AM),
    column(90600, "pg_am", "amsearcharray", PG_AM),
    column(90600, "pg_am", "amsearchnulls", PG_AM),
    column(90600, "pg_am", "amstorage", PG_AM),
    column(90600, "pg_am", "amclusterable", PG_AM),
    column(90600, "pg_am", "ampredlocks", PG_AM),
    column(90600, "pg_am", "amkeytype", PG_AM),
    column(100000, SEQUENCE, "sequence_name", PG_SEQUENCES),
    column(100000, SEQUENCE, "start_value", PG_SEQUENCES),
    column(100000, SEQUENCE, "increment_by", PG_SEQUENCES),
    column(100000, SEQUENCE, "max_value", PG_SEQUENCES),
    column(100000, SEQUENCE, "min_value", PG_SEQUENCES),
    column(100000, SEQUENCE, "cache_value", PG_SEQUENCES),
    column(100000, SEQUENCE, "is_cycled", PG_SEQUENCES),
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
