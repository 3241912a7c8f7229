//! Checks of objects that a copy omits or replays differently, on real servers.

use std::collections::BTreeSet;

use flexready::config::MigrationMode;

use crate::real_source::{found_objects, outcomes_on_server};
use crate::support::pg;
use crate::support::pg::PgServer;

/// The checks that read one database. The others read the whole server.
const CHECK_IDS: [&str; 6] = [
    "tables-with-oids",
    "unlogged-table",
    "publication-or-subscription",
    "invalid-index",
    "security-label-unprovided",
    "always-trigger",
];

const SEED: &str = "
    CREATE SCHEMA app;
    CREATE UNLOGGED TABLE app.\"Cache\" (id int, what text);
    CREATE TABLE app.orders (id int PRIMARY KEY, what text);
    CREATE UNIQUE INDEX broken ON app.orders (what);
    UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'app.broken'::regclass;
    CREATE FUNCTION app.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    CREATE TRIGGER always AFTER INSERT ON app.orders FOR EACH ROW EXECUTE PROCEDURE app.nothing();
    CREATE TRIGGER replica AFTER INSERT ON app.orders FOR EACH ROW EXECUTE PROCEDURE app.nothing();
    CREATE TRIGGER normal AFTER INSERT ON app.orders FOR EACH ROW EXECUTE PROCEDURE app.nothing();
    CREATE TRIGGER never AFTER INSERT ON app.orders FOR EACH ROW EXECUTE PROCEDURE app.nothing();
    ALTER TABLE app.orders ENABLE ALWAYS TRIGGER always, ENABLE REPLICA TRIGGER replica, DISABLE TRIGGER never;
    CREATE RULE quiet AS ON DELETE TO app.orders DO ALSO NOTHING;
    ALTER TABLE app.orders ENABLE ALWAYS RULE quiet;
    INSERT INTO pg_seclabel VALUES ('app.orders'::regclass, 'pg_class'::regclass, 2, 'anon', 'CANARY');
    CREATE PUBLICATION partly FOR TABLE app.orders;
    CREATE PUBLICATION \"All\" FOR ALL TABLES;
    CREATE SUBSCRIPTION upstream CONNECTION 'host=nowhere password=CANARY' PUBLICATION p WITH (connect = false, slot_name = NONE)";

const EXPECTED: [(&str, &str); 9] = [
    ("unlogged-table", "table/app.\"Cache\""),
    ("invalid-index", "index/app.broken"),
    ("always-trigger", "trigger/app.orders.always"),
    ("always-trigger", "trigger/app.orders.replica"),
    ("always-trigger", "rule/app.orders.quiet"),
    ("security-label-unprovided", "security-label/anon"),
    ("publication-or-subscription", "publication/\"All\""),
    ("publication-or-subscription", "publication/\"partly\""),
    ("publication-or-subscription", "subscription/\"upstream\""),
];

/// Objects without a problem, such as a partitioned table with an index that not every partition has.
const HEALTHY: &str = "
    CREATE EXTENSION pg_stat_statements; CREATE EXTENSION pgcrypto; CREATE EXTENSION pg_trgm; CREATE EXTENSION hstore;
    CREATE EXTENSION citext; CREATE EXTENSION postgres_fdw;
    CREATE TABLE parts (id int NOT NULL, at date NOT NULL) PARTITION BY RANGE (at);
    CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
    CREATE TABLE items (id serial PRIMARY KEY, name citext UNIQUE, parent int REFERENCES items);
    CREATE VIEW named AS SELECT name FROM items";

#[test]
fn copy_hazards_in_a_database_are_found_and_nothing_else() {
    std::thread::scope(|scope| {
        for major in pg::majors() {
            scope.spawn(move || assert_found_on(major));
        }
    });
}

fn assert_found_on(major: u32) {
    let server = pg::server(major);
    let (seeded, healthy) = (
        server.create_database("Rel ations"),
        server.create_database("relations_healthy"),
    );
    let session = server.open_session(&seeded);
    for statement in SEED.split(";\n") {
        session.run(statement);
    }
    server.run(&healthy, HEALTHY);
    if major > 10 {
        server.run(&healthy, "CREATE INDEX ON ONLY parts (at)");
    }
    let mut expected: BTreeSet<(String, String)> = EXPECTED
        .iter()
        .map(|(id, object)| ((*id).to_owned(), format!("{seeded}/{object}")))
        .collect();
    if major < 12 {
        session.run("CREATE TABLE app.numbered (id int) WITH OIDS");
        expected.insert((
            "tables-with-oids".to_owned(),
            format!("{seeded}/table/app.numbered"),
        ));
    }
    let both = [seeded.as_str(), healthy.as_str()];
    let outcomes_of = |target, mode| outcomes_on_server(server, &both, target, mode, &CHECK_IDS);
    let online = outcomes_of(18, MigrationMode::Online);
    assert_eq!(found_objects(&online), expected, "{major}");
    expected.retain(|(id, _)| {
        !["unlogged-table", "always-trigger", "tables-with-oids"].contains(&id.as_str())
    });
    assert_eq!(
        found_objects(&outcomes_of(11, MigrationMode::Offline)),
        expected,
        "{major}"
    );
}

#[test]
fn copy_hazards_of_the_whole_server_are_found() {
    let server = PgServer::start(
        17,
        &[("max_prepared_transactions", "5"), ("wal_level", "logical")],
    );
    let (one, other) = (
        server.create_database("one"),
        server.create_database("other"),
    );
    let ids = ["prepared-transaction", "security-label-unprovided"];
    let of = |mode| found_objects(&outcomes_on_server(&server, &[&one], 17, mode, &ids));
    assert_eq!(of(MigrationMode::Online), BTreeSet::new());
    for database in [&one, &other] {
        let session = server.open_session(database);
        session.run("BEGIN");
        session.run("CREATE TABLE t (id int)");
        session.run(&format!("PREPARE TRANSACTION 'it''s in {database}'"));
    }
    server.run(
        "postgres",
        "INSERT INTO pg_shseclabel VALUES (10, 'pg_authid'::regclass, 'sepgsql', 'CANARY')",
    );
    let prepared = |database: &str| {
        let object = format!("{database}/prepared-transaction/it's in {database}");
        ("prepared-transaction".to_owned(), object)
    };
    let label = (
        "security-label-unprovided".to_owned(),
        "role/postgres".to_owned(),
    );
    assert_eq!(
        of(MigrationMode::Offline),
        BTreeSet::from([prepared(&one), label.clone()])
    );
    assert_eq!(
        of(MigrationMode::Online),
        BTreeSet::from([prepared(&one), prepared(&other), label])
    );
}
