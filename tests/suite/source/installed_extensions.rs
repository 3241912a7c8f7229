//! Extensions of the source: their schemas, their data and their jobs.

use std::collections::BTreeSet;

use super::{SourceRun, string_set};
use crate::support::pg::{self, PgServer, ServerOptions};

const EXTENSION_CHECKS: &[&str] = &[
    "extension-in-system-schema",
    "extension-jobs-running",
    "extension-data-left-behind",
];

const POPULAR_EXTENSIONS: &[&str] = &[
    "pg_stat_statements",
    "pgcrypto",
    "pg_trgm",
    "hstore",
    "citext",
    "postgres_fdw",
    "plpgsql",
];

/// Creates a healthy database with popular extensions and returns its name.
fn create_healthy_database(server: &PgServer) -> String {
    let name = server.create_database("healthy");
    let session = server.open_session(&name);
    for extension in POPULAR_EXTENSIONS {
        session.run(&format!("CREATE EXTENSION IF NOT EXISTS {extension}"));
    }
    session.run(
        "CREATE TABLE people (id bigint PRIMARY KEY, mail citext UNIQUE, traits hstore); \
         INSERT INTO people VALUES (1, 'a@example.org', 'a=>1')",
    );
    name
}

#[test]
fn extension_problems_are_found_and_their_fix_works_on_every_major_version() {
    for major in pg::majors() {
        let server = pg::server(major);
        let (good, seeded) = (
            create_healthy_database(server),
            server.create_database("Odd \"name"),
        );
        server.run(
            &seeded,
            "CREATE EXTENSION citext SCHEMA pg_catalog; CREATE EXTENSION hstore; \
             CREATE TABLE kept (x int); INSERT INTO kept VALUES (1); ALTER EXTENSION hstore ADD TABLE kept; \
             CREATE TABLE empty (x int); ALTER EXTENSION hstore ADD TABLE empty",
        );
        let run = SourceRun::new(server, &[&good, &seeded]);
        let left_behind = format!("extension-data-left-behind extension/{seeded}/hstore");
        let moved = format!("extension-in-system-schema extension/{seeded}/citext");
        assert_eq!(
            run.findings(EXTENSION_CHECKS),
            string_set([left_behind.clone(), moved]),
            "{major}"
        );

        let outcomes = run.outcomes(&EXTENSION_CHECKS[..1]);
        for command in outcomes[0].findings.iter().flat_map(|f| &f.fix) {
            server.run(&seeded, &command.to_string());
        }
        assert_eq!(
            run.findings(EXTENSION_CHECKS),
            string_set([left_behind]),
            "{major}"
        );
    }
}

#[test]
fn a_broken_control_file_only_affects_the_check_that_needs_it() {
    let server = PgServer::start_with_options(
        10,
        ServerOptions {
            broken_controls: true,
            ..ServerOptions::default()
        },
    );
    let good = create_healthy_database(&server);
    server.run(&good, "CREATE EXTENSION adminpack");
    assert_eq!(
        SourceRun::new(&server, &[&good]).findings(EXTENSION_CHECKS),
        BTreeSet::new()
    );

    let seeded = server.create_database("ill");
    server.run(&seeded, "CREATE EXTENSION citext SCHEMA pg_catalog");
    let found = SourceRun::new(&server, &[&seeded]).findings(EXTENSION_CHECKS);
    let finding = format!("extension-in-system-schema extension/{seeded}/citext");
    let unknown = "extension-in-system-schema ?".to_owned();
    assert_eq!(found, string_set([finding, unknown]));
}

/// The table of pg_cron, also on major versions without a pg_cron package. The library is not loaded, so the role must
/// not be able to see `shared_preload_libraries`.
#[test]
fn jobs_are_read_on_every_major_version_without_their_commands() {
    std::thread::scope(|scope| {
        for major in [10, 12, 14, 17, 18] {
            scope.spawn(move || assert_jobs_are_read(major));
        }
    });
}

fn assert_jobs_are_read(major: u32) {
    let stub = ServerOptions {
        stub_extensions: &[("pg_cron", "1.2")],
        ..ServerOptions::default()
    };
    let server = PgServer::start_with_options(major, stub);
    let shop = server.create_database("shop");
    server.run(
        "postgres",
        &format!(
            "CREATE EXTENSION pg_cron; CREATE SCHEMA cron; CREATE ROLE plain LOGIN; \
             CREATE TABLE cron.job (jobid bigint PRIMARY KEY, schedule text, command text, database text, username text, \
                                    active boolean DEFAULT true); \
             INSERT INTO cron.job VALUES (1, '<&> * * * *', 'SELECT ''canary''; SELECT run_maintenance()', '{shop}', 'postgres', true), \
                                         (2, '@daily', 'SELECT 1', '{shop}', 'postgres', false), \
                                         (3, '@daily', 'SELECT 1', 'elsewhere', 'postgres', true)"
        ),
    );
    let run = SourceRun {
        user: "plain",
        ..SourceRun::new(&server, &[])
    };
    let job = "extension-jobs-running extension/postgres/pg_cron".to_owned();
    let unknown = "extension-jobs-running ?".to_owned();
    assert_eq!(
        run.findings(&EXTENSION_CHECKS[1..2]),
        string_set([unknown.clone()]),
        "{major}: no right"
    );
    server.run(
        "postgres",
        "GRANT USAGE ON SCHEMA cron TO plain; GRANT SELECT ON cron.job TO plain",
    );
    assert_eq!(
        run.findings(&EXTENSION_CHECKS[1..2]),
        string_set([job.clone()]),
        "{major}"
    );
    let findings = format!("{:?}", run.outcomes(&EXTENSION_CHECKS[1..2])[0].findings);
    assert!(
        findings.contains("<&> * * * *") && findings.contains("maintains"),
        "{findings}"
    );
    assert!(!findings.contains("canary"), "{findings}");

    server.run(
        "postgres",
        "ALTER TABLE cron.job ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON cron.job USING (username = CURRENT_USER)",
    );
    assert_eq!(
        run.findings(&EXTENSION_CHECKS[1..2]),
        string_set([unknown]),
        "{major}: others' jobs are hidden"
    );
    // A role that can see that the library is not loaded also sees that no job runs
    assert_eq!(
        SourceRun::new(&server, &[]).findings(&EXTENSION_CHECKS[1..2]),
        BTreeSet::new()
    );
}

/// Extensions from Debian packages, which `tests/get-servers.sh` installs.
const PACKAGED_EXTENSIONS: &str = "CREATE EXTENSION pg_cron; CREATE EXTENSION pgaudit; CREATE EXTENSION orafce; \
    CREATE SCHEMA partman; CREATE EXTENSION pg_partman SCHEMA partman; \
    CREATE TABLE events (id bigint, at timestamptz NOT NULL) PARTITION BY RANGE (at); \
    SELECT partman.create_parent('public.events', 'at', 'native', 'monthly')";

#[test]
fn packaged_extensions_have_no_findings_until_their_jobs_run() {
    if pg::lacks_debian_packages() {
        eprintln!("not run: FLEXREADY_WITHOUT_PACKAGES is set");
        return;
    }
    let server = PgServer::start(
        15,
        &[
            (
                "shared_preload_libraries",
                "pg_cron,pgaudit,pg_stat_statements,pg_partman_bgw",
            ),
            ("cron.database_name", "shop_1"),
            ("wal_level", "logical"),
        ],
    );
    let good = create_healthy_database(&server);
    server.run("postgres", "CREATE DATABASE shop_1");
    server.run("shop_1", PACKAGED_EXTENSIONS);
    let run = SourceRun::new(&server, &[]);
    assert_eq!(run.findings(EXTENSION_CHECKS), BTreeSet::new());

    server.run(
        "shop_1",
        &format!(
            "SELECT cron.schedule('partitions', '@hourly', 'CALL partman.run_maintenance_proc()'); \
             UPDATE cron.job SET database = '{good}'"
        ),
    );
    let job = "extension-jobs-running extension/shop_1/pg_cron".to_owned();
    assert_eq!(run.findings(EXTENSION_CHECKS), string_set([job.clone()]));
    // The job list is in another database than the migrated one
    assert_eq!(
        SourceRun::new(&server, &[&good]).findings(EXTENSION_CHECKS),
        string_set([job])
    );
    for command in run.outcomes(&EXTENSION_CHECKS[1..2])[0].findings[0]
        .fix
        .iter()
    {
        server.run("shop_1", &command.to_string());
    }
    server.run(
        "postgres",
        "ALTER SYSTEM SET pg_partman_bgw.dbname = 'other, shop_1'",
    );
    server.reload();
    let worker = "extension-jobs-running extension/shop_1/pg_partman".to_owned();
    assert_eq!(run.findings(EXTENSION_CHECKS), string_set([worker]));
}
