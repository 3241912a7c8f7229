//! The SQL condition for user objects on real servers. Objects of users match it.
//! Objects of initdb, extensions and sessions do not.

use flexready::queries::expand::expand_user_objects;

use crate::support::pg;
use crate::support::pg::SqlSession;

/// Objects of a user, also in a schema of an extension. An extension with objects, a temporary table and the objects of
/// TimescaleDB do not belong to a user.
const SEED: &str = "
    CREATE SCHEMA app;
    CREATE EXTENSION hstore;
    CREATE SCHEMA cron; ALTER EXTENSION hstore ADD SCHEMA cron; CREATE TABLE cron.job_of_user (id int);
    CREATE SCHEMA _timescaledb_internal; ALTER EXTENSION hstore ADD SCHEMA _timescaledb_internal;
    CREATE TABLE _timescaledb_internal._hyper_1_1_chunk (id int);
    CREATE TABLE app.orders (id int, note hstore);
    CREATE TABLE public.loose (id int);
    CREATE TEMPORARY TABLE passing (id int);
    CREATE TYPE app.status AS ENUM ('new', 'done');
    CREATE FUNCTION app.three() RETURNS int LANGUAGE sql AS 'SELECT 3';
    CREATE FUNCTION pg_temp.four() RETURNS int LANGUAGE sql AS 'SELECT 4';
    CREATE CAST (app.status AS hstore) WITH INOUT";

fn object_names(session: &SqlSession, query: &str) -> Vec<String> {
    let rows = session.query(&expand_user_objects(query)).into_iter();
    rows.filter_map(|mut row| row.remove(0)).collect()
}

#[test]
fn only_objects_of_users_match() {
    for major in pg::majors() {
        let server = pg::server(major);
        let session = server.open_session(&server.create_database("user_objects"));
        session.run(SEED);
        let query_names = |query| object_names(&session, query);
        let relations = query_names(
            "SELECT c.relname FROM pg_class c \
            WHERE is_user_object('pg_class', c.oid, c.relnamespace) ORDER BY 1",
        );
        assert_eq!(relations, ["job_of_user", "loose", "orders"], "{major}");
        let functions = query_names(
            "SELECT p.proname FROM pg_proc p \
            WHERE is_user_object('pg_proc', p.oid, p.pronamespace)",
        );
        assert_eq!(functions, ["three"], "{major}");
        let types = query_names(
            "SELECT t.typname FROM pg_type t \
            WHERE is_user_object('pg_type', t.oid, t.typnamespace) AND t.typtype = 'e'",
        );
        assert_eq!(types, ["status"], "{major}");
        let casts = query_names(
            "SELECT c.castsource::regtype FROM pg_cast c WHERE is_user_object('pg_cast', c.oid)",
        );
        assert_eq!(casts, ["app.status"], "{major}");
        let languages = query_names(
            "SELECT l.lanname FROM pg_language l WHERE is_user_object('pg_language', l.oid)",
        );
        assert!(languages.is_empty(), "{major}: {languages:?}");
        let schemas = query_names(
            "SELECT n.nspname FROM pg_namespace n WHERE is_user_object('pg_namespace', n.oid, n.oid)",
        );
        assert_eq!(schemas, ["app"], "{major}");
    }
}
