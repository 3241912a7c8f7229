//! Real servers on both sides: facts from SQL on the target, Entra roles of the source, and activity of the source.

use std::time::Duration;

use flexready::checks::Severity;
use flexready::facts::Facts;
use flexready::inputs::live::Live;
use flexready::inputs::postgres::Database;
use flexready::inputs::postgres::conninfo::Access;
use flexready::plan::{API_VERSION, Migration};
use flexready::question::{Answers, Origin, Side};
use flexready::verdict::{Status, severity_of};
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::outcome;
use crate::check::{TARGET, healthy_arm};
use crate::support::arm::{ArmEndpoint, Reply};
use crate::support::healthy::arm;
use crate::support::pg;

/// The roles of a flexible server, used on both sides.
const SEED: &str = "
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

fn seeded(major: u32) -> pg::Server {
    let server = pg::Server::start(major, &[("allow_system_table_mods", "on")]);
    server.run("postgres", SEED);
    server.run("postgres", "CREATE DATABASE shop");
    server.run("shop", "CREATE EXTENSION pgcrypto; CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY)");
    server
}

fn database(server: &pg::Server, side: Side, user: &str) -> Database {
    let access = Access::resolve(Some(&server.conninfo("postgres")), &|_| None).unwrap();
    let deadline = tokio::time::Instant::now() + Duration::from_secs(60);
    Database::new(access, side, user.to_owned(), deadline)
}

fn plan(source: &pg::Server, target: &pg::Server, user: &str) -> Migration {
    let id: flexready::plan::ServerId = TARGET.parse().unwrap();
    let place = |s: &pg::Server| json!({ "host": s.host(), "port": s.port(), "database": "postgres", "user": s.superuser() });
    let mut sql = place(target);
    sql["migration_user"] = user.into();
    let value = json!({
        "name": "shop", "scope": "pair", "databases": ["shop"], "source": place(source),
        "target": { "id": id.path(), "api_version": API_VERSION, "sql": sql }
    });
    serde_json::from_value(value).unwrap()
}

/// An ARM endpoint whose target has a database `shop`.
fn endpoint() -> ArmEndpoint {
    let endpoint = healthy_arm();
    let id: flexready::plan::ServerId = TARGET.parse().unwrap();
    let named = |name: &str| json!({ "name": name, "id": format!("{}/databases/{name}", id.path()), "properties": { "charset": "UTF8" } });
    let list: Value = json!({ "value": [named("azure_sys"), named("postgres"), named("shop")] });
    endpoint.route(&format!("{}/databases", id.path()), Reply::json(list));
    endpoint
}

async fn asked(source: &pg::Server, target: &pg::Server, user: &str) -> (Migration, Answers) {
    let endpoint = endpoint();
    let live = Live {
        arm: Some(arm(&endpoint)),
        source: Some(database(source, Side::Source, source.superuser())),
        target: Some(database(target, Side::Target, user)),
        dns: None,
        tokens: None,
    };
    let migration = plan(source, target, user);
    let start = Answers::new(OffsetDateTime::now_utc(), Origin::Recorded);
    let (answers, _) = flexready::gather(&migration, &live, start).await;
    (migration, answers)
}

fn objects(id: &str, migration: &Migration, answers: &Answers) -> Vec<(String, Severity)> {
    let outcome = outcome(id, migration, answers);
    assert!(outcome.missing.is_empty(), "{id}: {:?}", outcome.missing);
    let all = outcome.findings.iter();
    all.map(|f| (f.object.clone(), severity_of(outcome.severity, f)))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn target_sql_reports_privileges_and_contents() {
    for major in [12, 18] {
        let server = seeded(major);
        let (migration, answers) = asked(&server, &server, "plain").await;
        let found = objects("target-user-lacks-rights", &migration, &answers);
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
        let taken = outcome("target-database-exists", &migration, &answers);
        assert_eq!(taken.findings.len(), 1, "{major}");
        assert!(
            taken.findings[0]
                .message
                .contains("`shop` already (2 relations, 0.0 GiB)"),
            "{}",
            taken.findings[0].message
        );

        server.run("postgres", "ALTER SCHEMA public OWNER TO azure_pg_admin");
        let (migration, answers) = asked(&server, &server, "migrator").await;
        assert_eq!(
            objects("target-user-lacks-rights", &migration, &answers),
            [],
            "{major}"
        );
        let (migration, answers) = asked(&server, &server, "nobody").await;
        let nobody = objects("target-user-lacks-rights", &migration, &answers);
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
        let source = seeded(major);
        let bare = pg::Server::start(major, &[]);
        let (migration, answers) = asked(&source, &source, "migrator").await;
        assert_eq!(
            objects("entra-roles-missing", &migration, &answers),
            [],
            "{major}: the target has them"
        );
        let (migration, answers) = asked(&source, &bare, "postgres").await;
        let found = objects("entra-roles-missing", &migration, &answers);
        let due = ["role/DBA@contoso.example", "role/labelled"]
            .map(|o| (o.to_owned(), Severity::Blocker));
        assert_eq!(found, due, "{major}");
        let texts: Vec<String> = answers.iter().map(|(_, a)| format!("{a:?}")).collect();
        assert!(
            !texts.iter().any(|t| t.contains("canary-of-a-label")),
            "a label is not read"
        );
        let (migration, answers) = asked(&bare, &bare, "postgres").await;
        let outside = outcome("entra-roles-missing", &migration, &answers);
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
        let held: Vec<_> = (0..3).map(|_| server.session(&shop)).collect();
        let migration = plan(server, server, "postgres");
        let live = Live {
            source: Some(database(server, Side::Source, "postgres")),
            ..Live::default()
        };
        let start = Answers::new(OffsetDateTime::now_utc(), Origin::Recorded);
        let (answers, _) = flexready::gather(&migration, &live, start).await;
        let facts = Facts::read(&migration, &answers);
        let activity = facts.activity.as_ref().unwrap();
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
