//! Object checks against real servers of every major version.
//! The seeded databases contain everything that the checks report, and similar objects that they must not report.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use flexready::backend::postgres::PostgresBackend;
use flexready::backend::postgres::conninfo::ConnectOptions;
use flexready::checks::Finding;
use flexready::config::Migration;
use flexready::facts::Facts;
use flexready::question::{Answers, Origin, Side};
use flexready::verdict::{Policy, evaluate};
use serde_json::json;
use time::OffsetDateTime;

use crate::support::pg;
use crate::support::pg::{PgServer, ServerOptions};

const BROKEN_SQL: &str = include_str!("broken.sql");
const UNQUALIFIED_SQL: &str = include_str!("unqualified.sql");
const HEALTHY_SQL: &str = include_str!("healthy.sql");

/// The checks that the seeded databases cover.
const CHECK_IDS: [&str; 16] = [
    "user-defined-collation",
    "collation-version-mismatch",
    "encoding-risky",
    "language-not-available",
    "c-language-function",
    "function-needs-superuser",
    "function-needs-search-path",
    "user-defined-cast",
    "superuser-only-object",
    "base-type",
    "text-search-parser",
    "custom-tablespace",
    "event-trigger",
    "file-access-function",
    "foreign-server",
    "large-objects",
];

/// The findings for some databases of a server, by check. Every fact that the checks need must be known.
#[track_caller]
fn check_databases(server: &PgServer, databases: &[&str]) -> BTreeMap<&'static str, Vec<Finding>> {
    let migration: Migration = serde_json::from_value(json!({
        "name": "objects", "scope": "source", "mode": "online", "databases": databases,
        "source": { "host": server.host(), "port": server.port(), "database": databases[0], "user": server.superuser() }
    }))
    .unwrap();
    let access = ConnectOptions::resolve(Some(&server.conninfo(databases[0])), &|_| None).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let answers = runtime.block_on(async {
        let deadline = tokio::time::Instant::now() + Duration::from_secs(60);
        let source = PostgresBackend::new(
            access,
            Side::Source,
            server.superuser().to_owned(),
            deadline,
        );
        let start = Answers::new(OffsetDateTime::UNIX_EPOCH, Origin::Recorded);
        flexready::collect_answers(&migration, &source, start)
            .await
            .0
    });
    let policy = Policy {
        only: CHECK_IDS.map(str::to_owned).to_vec(),
        ..Policy::default()
    };
    let outcomes = evaluate(&Facts::read(&migration, &answers), &policy).outcomes;
    let of = |outcome: flexready::verdict::CheckOutcome| {
        let (id, major) = (outcome.check.id, server.major());
        assert_eq!(outcome.missing, [], "{id} on {major}");
        (id, outcome.findings)
    };
    let all: BTreeMap<_, _> = outcomes.into_iter().map(of).collect();
    assert_eq!(all.len(), CHECK_IDS.len());
    all
}

fn seeded_database(server: &PgServer, seed: &str) -> String {
    let database = server.create_database("objects");
    server.run(&database, seed);
    database
}

/// Objects by check, without the checks that have no findings.
fn objects_by_check(
    found: &BTreeMap<&'static str, Vec<Finding>>,
    database: &str,
) -> BTreeMap<String, BTreeSet<String>> {
    let name = |finding: &Finding| finding.object.to_string().replace(database, "db");
    let found = found.iter().filter(|(_, findings)| !findings.is_empty());
    found
        .map(|(id, findings)| ((*id).to_owned(), findings.iter().map(name).collect()))
        .collect()
}

fn expected_objects(list: &[(&str, &[&str])]) -> BTreeMap<String, BTreeSet<String>> {
    let of = |(id, objects): &(&str, &[&str])| {
        (
            (*id).to_owned(),
            objects.iter().map(|o| (*o).to_owned()).collect(),
        )
    };
    list.iter().map(of).collect()
}

#[test]
fn every_object_that_stops_a_restore_is_reported_once() {
    for major in pg::majors() {
        let server = pg::server(major);
        let database = seeded_database(server, BROKEN_SQL);
        server.run(&database, UNQUALIFIED_SQL);
        let found = check_databases(server, &[&database]);
        let wanted = expected_objects(&[
            ("user-defined-collation", &["db/collation/app.german"]),
            (
                "collation-version-mismatch",
                &["db/collation/pg_catalog.fr-x-icu"],
            ),
            ("language-not-available", &["db/language/pllegacy"]),
            (
                "c-language-function",
                &["db/function/app.magnitude(integer)"],
            ),
            (
                "function-needs-superuser",
                &[
                    "db/function/app.as_replica()",
                    "db/function/app.is_small(integer)",
                    "db/function/app.silently()",
                ],
            ),
            (
                "function-needs-search-path",
                &[
                    "db/function/app.doubled(text)",
                    "db/function/app.first_of(public.hstore)",
                    "db/function/app.is_bare(public.hstore)",
                    "db/function/app.is_cast(text)",
                    "db/function/app.is_constant(integer)",
                    "db/function/app.is_declared(text)",
                    "db/function/app.is_similar(text)",
                    "db/function/app.rate_of(text)",
                ],
            ),
            (
                "user-defined-cast",
                &[
                    "db/cast/app.status AS bytea",
                    "db/cast/app.status AS integer",
                ],
            ),
            (
                "superuser-only-object",
                &[
                    "db/access-method/own_btree",
                    "db/aggregate/app.gather(anynonarray)",
                    "db/conversion/app.latin",
                    "db/foreign-data-wrapper/plain",
                    "db/operator-class/app.reverse_ops",
                    "db/operator-family/app.lonely",
                ],
            ),
            (
                "base-type",
                &["db/type/app.\"Announced\"", "db/type/app.meters"],
            ),
            (
                "text-search-parser",
                &[
                    "db/text-search-configuration/app.english_short",
                    "db/text-search-dictionary/app.short",
                    "db/text-search-parser/app.words",
                    "db/text-search-template/app.plain",
                ],
            ),
            (
                "event-trigger",
                &["db/event-trigger/audit_ddl", "db/event-trigger/sleeping"],
            ),
            (
                "file-access-function",
                &[
                    "db/function/app.export_all()",
                    "db/function/app.read_config()",
                ],
            ),
            ("foreign-server", &["db/foreign-server/warehouse"]),
            ("large-objects", &["database/db"]),
        ]);
        assert_eq!(objects_by_check(&found, &database), wanted, "{major}");
        let text = format!("{found:?}");
        assert!(
            !text.contains("canary") && !text.contains("warehouse.corp"),
            "{major}: an option is shown"
        );
    }
}

#[test]
fn similar_objects_that_migrate_are_not_reported() {
    for major in pg::majors() {
        let server = pg::server(major);
        let database = seeded_database(server, HEALTHY_SQL);
        if major >= 12 {
            server.run(
                &database,
                "ALTER TABLE app.customers ADD slugged text GENERATED ALWAYS AS (app.slug(name)) STORED",
            );
        }
        if major >= 14 {
            server.run(
                &database,
                "SET search_path = app, public;
                 CREATE FUNCTION parsed(text) RETURNS bool LANGUAGE sql STABLE
                   BEGIN ATOMIC SELECT EXISTS (SELECT FROM customers WHERE name = $1); END;
                 CREATE TABLE parsed_by (name text CHECK (parsed(name)))",
            );
        }
        let found = check_databases(server, &[&database]);
        assert_eq!(
            objects_by_check(&found, &database),
            BTreeMap::new(),
            "{major}"
        );
    }
}

/// Since 12, a restore computes generated columns while it copies. Since 14, a function body can be stored parsed.
/// The view has WITH NO DATA, because 17 and later refuse to create it with data for the same reason.
#[test]
fn functions_of_newer_major_versions_are_found() {
    for major in pg::majors().into_iter().filter(|m| *m >= 12) {
        let server = pg::server(major);
        let database = seeded_database(
            server,
            "CREATE TABLE rates (rate numeric);
             CREATE FUNCTION rate() RETURNS numeric LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN (SELECT max(rate) FROM rates); END';
             CREATE TABLE prices (net numeric, gross numeric GENERATED ALWAYS AS (net * rate()) STORED);
             CREATE MATERIALIZED VIEW doubled AS SELECT 2 * rate() AS rate WITH NO DATA;
             CREATE FUNCTION within(int) RETURNS bool LANGUAGE sql SUPPORT generate_series_int4_support AS 'SELECT true'",
        );
        let mut wanted = vec![
            (
                "function-needs-search-path",
                vec!["db/function/public.rate()"],
            ),
            (
                "function-needs-superuser",
                vec!["db/function/public.within(integer)"],
            ),
        ];
        if major >= 14 {
            server.run(
                &database,
                "CREATE FUNCTION config() RETURNS text LANGUAGE sql BEGIN ATOMIC SELECT pg_read_file('x'); END",
            );
            wanted.push(("file-access-function", vec!["db/function/public.config()"]));
        }
        let found = check_databases(server, &[&database]);
        let wanted: Vec<(&str, &[&str])> =
            wanted.iter().map(|(id, o)| (*id, o.as_slice())).collect();
        assert_eq!(
            objects_by_check(&found, &database),
            expected_objects(&wanted),
            "{major}"
        );
        let path = &found["function-needs-search-path"][0];
        assert!(
            path.message.contains("`rates`") && path.message.contains("and 1 more"),
            "{path:?}"
        );
    }
}

#[test]
fn an_extension_function_that_a_restore_calls_is_found() {
    let server = pg::server(14);
    let database = seeded_database(
        server,
        "CREATE EXTENSION earthdistance CASCADE;
         CREATE TABLE places (lat float8, lon float8);
         CREATE INDEX ON places USING gist (ll_to_earth(lat, lon))",
    );
    let found = check_databases(server, &[&database]);
    let finding = &found["function-needs-search-path"][0];
    assert!(
        finding.message.contains("of the extension `earthdistance`"),
        "{finding:?}"
    );
    assert!(
        finding.fix.is_empty(),
        "the target has the extension's own: {finding:?}"
    );
}

#[test]
fn tablespaces_encodings_and_locales_are_found() {
    let server = PgServer::start_with_options(16, ServerOptions::default());
    let place = server.create_directory("fast");
    server.run(
        "postgres",
        &format!("CREATE TABLESPACE fast LOCATION '{}'", place.display()),
    );
    for statement in [
        "CREATE DATABASE raw ENCODING 'SQL_ASCII' TEMPLATE template0",
        "CREATE DATABASE western ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0 TABLESPACE fast",
        "CREATE DATABASE german LOCALE_PROVIDER icu ICU_LOCALE 'de' ENCODING 'UTF8' TEMPLATE template0",
        "UPDATE pg_database SET datcollversion = '1.1' WHERE datname = 'german'",
    ] {
        server.run("postgres", statement);
    }
    server.run(
        "german",
        "CREATE TABLE slow (id int PRIMARY KEY); CREATE TABLE quick (id int) TABLESPACE fast",
    );
    let found = check_databases(&server, &["raw", "western", "german"]);
    let wanted = expected_objects(&[
        ("encoding-risky", &["database/raw", "database/western"]),
        ("collation-version-mismatch", &["database/german"]),
        (
            "custom-tablespace",
            &["database/western", "german/tablespace/fast"],
        ),
    ]);
    assert_eq!(objects_by_check(&found, "no such name"), wanted);
}

/// A language that an extension installs, which is the usual case. Only the language check reports it.
#[test]
fn a_language_of_an_extension_is_reported_by_one_check() {
    for major in [13, 16] {
        assert!(pg::has_python(major), "tests/run.sh gets libpython");
        let server = pg::server(major);
        let database = seeded_database(
            server,
            "CREATE EXTENSION plpython3u;
             CREATE FUNCTION three() RETURNS int LANGUAGE plpython3u AS 'return 3'",
        );
        let found = check_databases(server, &[&database]);
        assert_eq!(
            objects_by_check(&found, &database),
            expected_objects(&[("language-not-available", &["db/language/plpython3u"])]),
            "{major}"
        );
        assert!(
            found["language-not-available"][0]
                .message
                .contains("`three()`")
                || found["language-not-available"][0]
                    .message
                    .contains("`public.three()`")
        );
    }
}
