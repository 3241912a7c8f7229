//! Checks of removed features on real sources. Each source has what its major version still accepts; the target is 18.

use std::collections::BTreeSet;

use flexready::config::MigrationMode;

use crate::real_source::{found_objects, outcomes_on_server};
use crate::support::pg;

const CHECK_IDS: [&str; 4] = [
    "removed-data-type",
    "removed-operator",
    "view-over-changed-catalog",
    "removed-name-in-function",
];

/// First and last major version that accepts the statements, the statements, and the expected check and object.
type RemovedFeatureSeed = (u32, u32, &'static str, &'static str, &'static str);

const TYPE: &str = "removed-data-type";
const OPERATOR: &str = "removed-operator";
const VIEW: &str = "view-over-changed-catalog";
const NAME_IN_FUNCTION: &str = "removed-name-in-function";

const SEEDS: &[RemovedFeatureSeed] = &[
    (
        10,
        11,
        "CREATE TABLE app.\"Old times\" (a abstime, r reltime[])",
        TYPE,
        "table/app.\"Old times\"",
    ),
    (
        10,
        11,
        "CREATE DOMAIN app.span AS tinterval",
        TYPE,
        "type/app.span",
    ),
    (
        10,
        11,
        "CREATE TYPE app.pair AS (at abstime)",
        TYPE,
        "composite-type/app.pair",
    ),
    (
        10,
        11,
        "CREATE FUNCTION app.year(abstime) RETURNS int LANGUAGE sql AS 'SELECT 1'",
        TYPE,
        "function/app.year(abstime)",
    ),
    (
        10,
        11,
        "CREATE VIEW app.cast_away AS SELECT '2020-01-01'::abstime::timestamptz AS at",
        TYPE,
        "view/app.cast_away",
    ),
    (
        10,
        11,
        "CREATE TABLE app.stamped (at timestamptz DEFAULT timenow())",
        TYPE,
        "table/app.stamped",
    ),
    (
        10,
        12,
        "CREATE FUNCTION app.audit() RETURNS opaque LANGUAGE internal AS 'suppress_redundant_updates_trigger'",
        TYPE,
        "function/app.audit()",
    ),
    (
        10,
        13,
        "CREATE VIEW app.factorials AS SELECT n ! AS f FROM generate_series(1, 5) n",
        OPERATOR,
        "view/app.factorials",
    ),
    (
        10,
        13,
        "CREATE VIEW app.inside AS SELECT box '(1,1),(0,0)' @ box '(2,2),(0,0)' AS b",
        OPERATOR,
        "view/app.inside",
    ),
    (
        10,
        13,
        "CREATE VIEW app.in_store AS SELECT 'a=>1'::hstore ~ 'a=>1'::hstore AS b",
        OPERATOR,
        "view/app.in_store",
    ),
    (
        10,
        13,
        "CREATE OPERATOR app.!!! (LEFTARG = int8, PROCEDURE = int8up)",
        OPERATOR,
        "operator/app.!!!(bigint,NONE)",
    ),
    (
        10,
        13,
        "CREATE AGGREGATE app.gather (anyelement) (SFUNC = array_append, STYPE = anyarray, INITCOND = '{}')",
        OPERATOR,
        "aggregate/app.gather(anyelement)",
    ),
    (
        10,
        13,
        "CREATE OPERATOR app.+* (LEFTARG = anyarray, RIGHTARG = anyelement, PROCEDURE = array_append)",
        OPERATOR,
        "operator/app.+*(anyarray,anyelement)",
    ),
    (
        10,
        13,
        "CREATE FUNCTION app.convert (int, int, cstring, internal, int) RETURNS void LANGUAGE c STRICT AS '$libdir/utf8_and_iso8859_1', 'iso8859_1_to_utf8'; \
              CREATE CONVERSION app.latin FOR 'LATIN1' TO 'UTF8' FROM app.convert",
        OPERATOR,
        "conversion/app.latin",
    ),
    (
        10,
        13,
        "CREATE FUNCTION app.warned() RETURNS int LANGUAGE sql SET operator_precedence_warning = off AS 'SELECT 1'",
        OPERATOR,
        "function/app.warned()",
    ),
    (
        10,
        10,
        "CREATE OPERATOR CLASS app.boxes FOR TYPE box USING gist AS OPERATOR 1 <<, FUNCTION 3 gist_box_compress(internal)",
        OPERATOR,
        "operator-family/app.boxes USING gist",
    ),
    (
        10,
        14,
        "CREATE VIEW app.backups AS SELECT pg_is_in_backup() AS b",
        OPERATOR,
        "view/app.backups",
    ),
    (
        10,
        16,
        "CREATE AGGREGATE app.mean (interval) (SFUNC = interval_accum, STYPE = interval[], INITCOND = '{0 second,0 second}')",
        OPERATOR,
        "aggregate/app.mean(interval)",
    ),
    (
        10,
        10,
        "CREATE VIEW app.aggregates AS SELECT proname FROM pg_proc WHERE proisagg",
        VIEW,
        "view/app.aggregates",
    ),
    (
        10,
        11,
        "CREATE MATERIALIZED VIEW app.defaults AS SELECT d.* FROM pg_attrdef d",
        VIEW,
        "materialized-view/app.defaults",
    ),
    (
        10,
        12,
        "CREATE VIEW app.templates AS SELECT tmplname FROM pg_pltemplate",
        VIEW,
        "view/app.templates",
    ),
    (
        10,
        12,
        "CREATE VIEW app.slow AS SELECT query, total_time FROM pg_stat_statements",
        VIEW,
        "view/app.slow",
    ),
    (
        13,
        16,
        "CREATE VIEW app.reading AS SELECT query, blk_read_time FROM pg_stat_statements",
        VIEW,
        "view/app.reading",
    ),
    (
        10,
        13,
        "CREATE VIEW app.tls AS WITH s AS (SELECT (SELECT bool_or(compression) FROM pg_stat_ssl) AS any) SELECT * FROM s",
        VIEW,
        "view/app.tls",
    ),
    (
        10,
        14,
        "CREATE VIEW app.guarded AS SELECT 1 AS n WHERE EXISTS (SELECT FROM pg_database WHERE datlastsysoid > 0)",
        VIEW,
        "view/app.guarded",
    ),
    (
        10,
        16,
        "CREATE VIEW app.checkpoints AS SELECT b.* FROM pg_stat_bgwriter b",
        VIEW,
        "view/app.checkpoints",
    ),
    (
        10,
        16,
        "CREATE VIEW app.elements AS SELECT domain_default FROM information_schema.element_types",
        VIEW,
        "view/app.elements",
    ),
    (
        10,
        17,
        "CREATE VIEW app.cached AS SELECT attname, attcacheoff FROM pg_attribute",
        VIEW,
        "view/app.cached",
    ),
    (
        14,
        17,
        "CREATE VIEW app.wal AS SELECT wal_sync FROM pg_stat_wal",
        VIEW,
        "view/app.wal",
    ),
    (
        10,
        17,
        "CREATE TABLE app.hidden (id int); CREATE POLICY odd ON app.hidden USING (EXISTS (SELECT FROM pg_attribute WHERE attcacheoff > 0))",
        VIEW,
        "table/app.hidden",
    ),
    (
        10,
        14,
        "CREATE FUNCTION app.back_up() RETURNS void LANGUAGE plpgsql AS $$ BEGIN /* once */ PERFORM pg_start_backup('x'); END $$",
        NAME_IN_FUNCTION,
        "function/app.back_up()",
    ),
    (
        10,
        11,
        "CREATE FUNCTION app.clock() RETURNS text LANGUAGE sql AS $$ SELECT timenow()::text $$",
        NAME_IN_FUNCTION,
        "function/app.clock()",
    ),
    (
        10,
        15,
        "CREATE FUNCTION app.locale() RETURNS text LANGUAGE sql AS $$ SELECT current_setting('lc_collate') $$",
        NAME_IN_FUNCTION,
        "function/app.locale()",
    ),
    (
        14,
        17,
        "CREATE FUNCTION app.standard() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT wal_write FROM pg_stat_wal; END",
        NAME_IN_FUNCTION,
        "function/app.standard()",
    ),
];

/// Objects that look similar and work on every major version.
const HEALTHY: &str = "
    CREATE EXTENSION IF NOT EXISTS pg_stat_statements; CREATE EXTENSION pgcrypto; CREATE EXTENSION pg_trgm;
    CREATE EXTENSION citext; CREATE EXTENSION postgres_fdw;
    CREATE SCHEMA shop;
    CREATE TABLE shop.items (id serial PRIMARY KEY, name citext NOT NULL, tags hstore DEFAULT '', waiting bool, added timestamptz DEFAULT now(), CHECK (name <> ''));
    CREATE INDEX ON shop.items USING gin (name gin_trgm_ops);
    CREATE INDEX ON shop.items (lower(name)) WHERE NOT waiting;
    CREATE VIEW shop.sessions AS SELECT * FROM pg_stat_activity;
    CREATE VIEW shop.sizes AS SELECT c.relname, n.nspname, p.proname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, pg_proc p, pg_database d;
    CREATE VIEW shop.calls AS SELECT query, calls FROM pg_stat_statements;
    CREATE AGGREGATE shop.gather (int) (SFUNC = array_append, STYPE = int[], INITCOND = '{}');
    CREATE OPERATOR shop.<@> (LEFTARG = int, RIGHTARG = int, PROCEDURE = int4pl);
    CREATE FUNCTION shop.fine() RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
      -- it's what pg_xlog_location_diff( did, and proisagg of pg_proc
      /* pg_start_backup('x') ** */
      PERFORM pg_sleep(0), proname, '-- no comment' FROM pg_proc; PERFORM abbrev FROM pg_timezone_abbrevs;
      UPDATE shop.items SET waiting = false;
    END $$;
    CREATE FUNCTION shop.set_up() RETURNS int LANGUAGE sql SET work_mem = '1MB' AS 'SELECT 1';";

#[test]
fn uses_of_removed_features_are_found_and_nothing_else() {
    std::thread::scope(|scope| {
        for major in pg::majors() {
            scope.spawn(move || assert_found_on(major));
        }
    });
}

fn assert_found_on(major: u32) {
    let server = pg::server(major);
    let (seeded, healthy) = (
        server.create_database("removed"),
        server.create_database("removed_healthy"),
    );
    let session = server.open_session(&seeded);
    session.run("CREATE SCHEMA app; CREATE EXTENSION hstore; CREATE EXTENSION pg_stat_statements");
    // Neither parameters of the database nor casts of old applications must hide a use
    session.run("CREATE CAST (oid AS text) WITH INOUT AS IMPLICIT; CREATE CAST (int AS text) WITH INOUT AS IMPLICIT");
    session.run(&format!(
        "ALTER DATABASE {seeded} SET quote_all_identifiers = on"
    ));
    server.run(&healthy, &format!("CREATE EXTENSION hstore; {HEALTHY}"));
    let mut expected = BTreeSet::new();
    for (first, last, sql, id, object) in SEEDS {
        if (*first..=*last).contains(&major) {
            session.run(sql);
            expected.insert(((*id).to_owned(), format!("{seeded}/{object}")));
        }
    }
    let newest = found_objects(&outcomes_on_server(
        server,
        &[&seeded, &healthy],
        18,
        MigrationMode::Offline,
        &CHECK_IDS,
    ));
    assert_eq!(newest, expected, "from {major} to 18");
    let same = found_objects(&outcomes_on_server(
        server,
        &[&seeded, &healthy],
        major,
        MigrationMode::Offline,
        &CHECK_IDS,
    ));
    assert_eq!(same, BTreeSet::new(), "from {major} to {major}");
}
