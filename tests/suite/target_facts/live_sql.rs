//! Real servers on both sides: facts from SQL on the target, Entra roles of the source, and activity of the source.

use std::time::Duration;

use flexready::backend::live::LiveBackend;
use flexready::backend::postgres::PostgresBackend;
use flexready::backend::postgres::conninfo::ConnectOptions;
use flexready::checks::Severity;
use flexready::config::{DEFAULT_API_VERSION, Migration};
use flexready::facts::Facts;
use flexready::question::{Answers, Origin, Side};
use flexready::verdict::{Status, effective_severity};
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::check_outcome;
use crate::check::{TARGET, healthy_arm_endpoint};
use crate::support::arm::{ArmEndpoint, Reply};
use crate::support::healthy_target::arm_backend;
use crate::support::pg;

/// The roles of a flexible server, used on both sides.
const SEED_SQL: &str = "
    CREATE ROLE azure_pg_admin;
    CREATE ROLE azure_ad_user;
    CREATE ROLE app_owner;
    CREATE ROLE migrator LOGIN CREATEROLE CREATEDB;
    GRANT azure_pg_admin, pg_signal_backend, pg_read_all_settings, pg_read_all_stats, pg_stat_scan_tables TO migrator;
    CREATE ROLE plain LOGIN;
    GRANT app_owner TO plain;
    CREATE ROLE \"DBA@contoso.example\" LOGIN;
    GRANT azure_ad_user TO \"DBA@contoso.example\";
    CREATE ROLE labelled LOGIN;
    INSERT INTO pg_shseclabel (objoid, classoid, provider, label)
    SELECT oid, 'pg_authid'::regclass, 'pgaadauth', 'aadauth,oid=canary-of-a-label,type=user' FROM pg_roles WHERE rolname = 'labelled';
";

fn seeded_server(major: u32) -> pg::PgServer {
    let server = pg::PgServer::start(major, &[("allow_system_table_mods", "on")]);
    server.run("postgres", SEED_SQL);
    server.run("postgres", "CREATE DATABASE shop");
    server.run("shop", "CREATE EXTENSION pgcrypto; CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY)");
    server
}

fn open_database(server: &pg::PgServer, side: Side, user: &str) -> PostgresBackend {
    let access = ConnectOptions::resolve(Some(&server.conninfo("postgres")), &|_| None).unwrap();
    let deadline = tokio::time::Instant::now() + Duration::from_secs(60);
    PostgresBackend::new(access, side, user.to_owned(), deadline)
}

fn pair_migration(source: &pg::PgServer, target: &pg::PgServer, user: &str) -> Migration {
    let id: flexready::config::ServerId = TARGET.parse().unwrap();
    let place = |s: &pg::PgServer| json!({ "host": s.host(), "port": s.port(), "database": "postgres", "user": s.superuser() });
    let mut sql = place(target);
    sql["migration_user"] = user.into();
    let value = json!({
        "name": "shop", "scope": "pair", "databases": ["shop"], "source": place(source),
        "target": { "id": id.path(), "api_version": DEFAULT_API_VERSION, "sql": sql }
    });
    serde_json::from_value(value).unwrap()
}

/// An ARM endpoint whose target has a database `shop`.
fn endpoint_with_shop() -> ArmEndpoint {
    let endpoint = healthy_arm_endpoint();
    let id: flexready::config::ServerId = TARGET.parse().unwrap();
    let named = |name: &str| json!({ "name": name, "id": format!("{}/databases/{name}", id.path()), "properties": { "charset": "UTF8" } });
    let list: Value = json!({ "value": [named("azure_sys"), named("postgres"), named("shop")] });
    endpoint.route(&format!("{}/databases", id.path()), Reply::json(list));
    endpoint
}

async fn gather_live(
    source: &pg::PgServer,
    target: &pg::PgServer,
    user: &str,
) -> (Migration, Answers) {
    let endpoint = endpoint_with_shop();
    let live = LiveBackend {
        arm: Some(arm_backend(&endpoint)),
        source: Some(open_database(source, Side::Source, source.superuser())),
        target: Some(open_database(target, Side::Target, user)),
        dns: None,
        tokens: None,
    };
    let migration = pair_migration(source, target, user);
    let start = Answers::new(OffsetDateTime::now_utc(), Origin::Recorded);
    let (answers, _) = flexready::collect_answers(&migration, &live, start).await;
    (migration, answers)
}

fn objects_with_severity(
    id: &str,
    migration: &Migration,
    answers: &Answers,
) -> Vec<(String, Severity)> {
    let outcome = check_outcome(id, migration, answers);
    assert!(outcome.missing.is_empty(), "{id}: {:?}", outcome.missing);
    let all = outcome.findings.iter();
    all.map(|f| {
        (
            f.object.to_string(),
            effective_severity(outcome.severity, f),
        )
    })
    .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn target_sql_reports_privileges_and_contents() {
    for major in [12, 18] {
        let server = seeded_server(major);
        let (migration, answers) = gather_live(&server, &server, "plain").await;
        let found = objects_with_severity("target-user-lacks-rights", &migration, &answers);
        let blockers = found
            .iter()
            .filter(|(o, s)| o == "role/plain" && *s == Severity::Blocker)
            .count();
        let warnings = found
            .iter()
            .filter(|(o, s)| o == "role/plain" && *s == Severity::Warning)
            .count();
        // Four predefined roles and one excess membership. Before 15, `public` belongs to the superuser.
        assert_eq!(
            (blockers, warnings),
            (3, if major < 15 { 6 } else { 5 }),
            "{major}: {found:?}"
        );
        let taken = check_outcome("target-database-exists", &migration, &answers);
        assert_eq!(taken.findings.len(), 1, "{major}");
        assert!(
            taken.findings[0]
                .message
                .contains("`shop` already (2 relations, 0.0 GiB)"),
            "{}",
            taken.findings[0].message
        );

        server.run("postgres", "ALTER SCHEMA public OWNER TO azure_pg_admin");
        let (migration, answers) = gather_live(&server, &server, "migrator").await;
        assert_eq!(
            objects_with_severity("target-user-lacks-rights", &migration, &answers),
            [],
            "{major}"
        );
        let (migration, answers) = gather_live(&server, &server, "nobody").await;
        let nobody = objects_with_severity("target-user-lacks-rights", &migration, &answers);
        assert_eq!(
            nobody,
            [("role/nobody".to_owned(), Severity::Blocker)],
            "{major}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn entra_roles_of_the_source_are_compared_with_the_target() {
    for major in [12, 17] {
        let source = seeded_server(major);
        let bare = pg::PgServer::start(major, &[]);
        let (migration, answers) = gather_live(&source, &source, "migrator").await;
        assert_eq!(
            objects_with_severity("entra-roles-missing", &migration, &answers),
            [],
            "{major}: the target has them"
        );
        let (migration, answers) = gather_live(&source, &bare, "postgres").await;
        let found = objects_with_severity("entra-roles-missing", &migration, &answers);
        let due = ["role/DBA@contoso.example", "role/labelled"]
            .map(|o| (o.to_owned(), Severity::Blocker));
        assert_eq!(found, due, "{major}");
        let texts: Vec<String> = answers.iter().map(|(_, a)| format!("{a:?}")).collect();
        assert!(
            !texts.iter().any(|t| t.contains("canary-of-a-label")),
            "a label is not read"
        );
        let (migration, answers) = gather_live(&bare, &bare, "postgres").await;
        let outside = check_outcome("entra-roles-missing", &migration, &answers);
        assert_eq!(
            outside.status,
            Status::NotApplicable,
            "{major}: no server of Azure's"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn session_counts_and_io_statistics_are_read() {
    for major in pg::majors() {
        let server = pg::server(major);
        let shop = server.create_database("busy");
        let held: Vec<_> = (0..3).map(|_| server.open_session(&shop)).collect();
        let migration = pair_migration(server, server, "postgres");
        let live = LiveBackend {
            source: Some(open_database(server, Side::Source, "postgres")),
            ..LiveBackend::default()
        };
        let start = Answers::new(OffsetDateTime::now_utc(), Origin::Recorded);
        let (answers, _) = flexready::collect_answers(&migration, &live, start).await;
        let facts = Facts::read(&migration, &answers);
        let activity = facts.io.as_ref().unwrap();
        assert!(activity.connections >= 3, "{major}: {activity:?}");
        assert!(
            activity.seconds.is_some() && activity.blocks_written.is_some(),
            "{major}: {activity:?}"
        );
        assert_eq!(
            activity.iops(),
            None,
            "{major}: statistics of a moment tell nothing"
        );
        drop(held);
    }
}
