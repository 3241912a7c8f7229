//! The SQL condition for user objects on real servers. Objects of users match it.
//! Objects of initdb, extensions and sessions do not.

use flexready::queries::user_object::expand;

use crate::support::pg::{self, Session};

/// Objects of a user, also in a schema of an extension. An extension with objects, a temporary table and the objects of
/// TimescaleDB do not belong to a user.
const WORLD: &str = "
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

fn names(session: &Session, query: &str) -> Vec<String> {
    let rows = session.query(&expand(query)).into_iter();
    rows.filter_map(|mut row| row.remove(0)).collect()
}

#[test]
fn only_objects_of_users_match() {
    for major in pg::majors() {
        let server = pg::server(major);
        let session = server.session(&server.create_database("user_objects"));
        session.run(WORLD);
        let of = |query| names(&session, query);
        let relations = of("SELECT c.relname FROM pg_class c \
            WHERE is_user_object('pg_class', c.oid, c.relnamespace) ORDER BY 1");
        assert_eq!(relations, ["job_of_user", "loose", "orders"], "{major}");
        let functions = of("SELECT p.proname FROM pg_proc p \
            WHERE is_user_object('pg_proc', p.oid, p.pronamespace)");
        assert_eq!(functions, ["three"], "{major}");
        let types = of("SELECT t.typname FROM pg_type t \
            WHERE is_user_object('pg_type', t.oid, t.typnamespace) AND t.typtype = 'e'");
        assert_eq!(types, ["status"], "{major}");
        let casts = of(
            "SELECT c.castsource::regtype FROM pg_cast c WHERE is_user_object('pg_cast', c.oid)",
        );
        assert_eq!(casts, ["app.status"], "{major}");
        let languages =
            of("SELECT l.lanname FROM pg_language l WHERE is_user_object('pg_language', l.oid)");
        assert!(languages.is_empty(), "{major}: {languages:?}");
        let schemas = of(
            "SELECT n.nspname FROM pg_namespace n WHERE is_user_object('pg_namespace', n.oid, n.oid)",
        );
        assert_eq!(schemas, ["app"], "{major}");
    }
}
