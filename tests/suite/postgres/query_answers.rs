//! Queries and their answers on every supported major version.

use flexready::backend::Backend;
use flexready::queries;
use flexready::queries::Query;
use flexready::question::{FailureKind, Question, Side};
use serde_json::json;

use super::{about, connection_question, database, expect_body, refused, sql_question, test_query};
use crate::support::pg;

const QUERIES: &[Query] = &[
    test_query("one", &[(0, "SELECT 1 AS n -- no end of line")]),
    test_query("none", &[(0, "SELECT 1 AS n WHERE false")]),
    test_query("absent", &[(0, "SELECT * FROM no_such_table")]),
    test_query("zero", &[(0, "SELECT 1 / 0 AS n")]),
    test_query("future", &[(990_000, "SELECT 1 AS n")]),
    test_query(
        "tables",
        &[(0, "SELECT relname FROM pg_class WHERE relname LIKE 'ill%'")],
    ),
    test_query("name", &[(0, "SELECT current_database() AS name")]),
    test_query("role", &[(0, "SELECT rolpassword FROM pg_authid")]),
    test_query(
        "variants",
        &[
            (0, "SELECT 'old' AS text"),
            (120_000, "SELECT 'new' AS text"),
        ],
    ),
];

#[tokio::test]
async fn every_query_runs_on_every_major() {
    for major in pg::majors() {
        let server = pg::server(major);
        let database = database(&server.conninfo("postgres"));
        let mut questions: Vec<Question> = queries::ALL
            .iter()
            .map(|query| sql_question("postgres", query.name))
            .collect();
        questions.push(connection_question("postgres"));
        let mut answers = database.ask(&questions).await;
        let about = answers.pop().unwrap();
        let number = expect_body(&about)["server_version_num"].as_u64().unwrap();
        assert_eq!(number / 10_000, u64::from(major));
        assert_eq!(expect_body(&about)["direct"], true, "{major}: {about:?}");
        for (query, answer) in queries::ALL.iter().zip(&answers) {
            match query.text(u32::try_from(number).unwrap()) {
                Some(text) => assert_columns(query.name, &text, expect_body(answer), major),
                None => assert_eq!(refused(answer).kind, FailureKind::Unsupported),
            }
        }
    }
}

/// Asserts that the rows have the columns of the query's header, in the same order.
fn assert_columns(name: &str, text: &str, rows: &serde_json::Value, major: u32) {
    let header = text
        .lines()
        .find_map(|line| line.strip_prefix("-- columns: "))
        .unwrap();
    let expected: Vec<&str> = header.split(", ").collect();
    for row in rows.as_array().unwrap() {
        let found: Vec<&String> = row.as_object().unwrap().keys().collect();
        assert_eq!(found, expected, "{name} on {major}");
    }
}

#[tokio::test]
async fn a_failed_query_only_loses_its_own_answer() {
    let server = pg::server(15);
    let database = database(&server.conninfo("postgres")).with_queries(QUERIES);
    let names = [
        "one",
        "absent",
        "none",
        "zero",
        "future",
        "variants",
        "no such query",
        "one",
    ];
    let questions: Vec<Question> = names
        .iter()
        .map(|name| sql_question("postgres", name))
        .collect();
    let answers = database.ask(&questions).await;
    assert_eq!(expect_body(&answers[0]), &json!([{"n": 1}]));
    let absent = refused(&answers[1]);
    assert_eq!(
        (absent.kind, absent.status.as_deref()),
        (FailureKind::Server, Some("42P01"))
    );
    assert_eq!(absent.code.as_deref(), Some("undefined_table"));
    assert!(absent.message.contains("no_such_table"), "{absent}");
    assert_eq!(expect_body(&answers[2]), &json!([]));
    assert_eq!(refused(&answers[3]).status.as_deref(), Some("22012"));
    assert_eq!(
        refused(&answers[4]).message,
        "needs PostgreSQL 99, the server is 15"
    );
    assert_eq!(expect_body(&answers[5]), &json!([{"text": "new"}]));
    assert_eq!(refused(&answers[6]).kind, FailureKind::Unsupported);
    assert_eq!(expect_body(&answers[7]), &json!([{"n": 1}]));
}

#[tokio::test]
async fn questions_for_other_backends_are_not_supported() {
    let database = database("host=127.0.0.1 port=1");
    let questions = [
        Question::Dns {
            host: "h".to_owned(),
        },
        Question::Connection {
            side: Side::Target,
            database: "d".to_owned(),
        },
    ];
    for answer in database.ask(&questions).await {
        assert_eq!(refused(&answer).kind, FailureKind::Unsupported);
    }
}

#[tokio::test]
async fn database_names_can_contain_any_character() {
    let server = pg::server(14);
    let names = [
        " two words",
        "Quo\"te",
        "it's",
        "a/b?c=d",
        r"back\slash",
        "Ünïcode",
    ];
    let names: Vec<String> = names
        .iter()
        .map(|prefix| server.create_database(prefix))
        .collect();
    let database = database(&server.conninfo(&names[2])).with_queries(QUERIES);
    let questions: Vec<Question> = names
        .iter()
        .map(|name| sql_question(name, "name"))
        .collect();
    for (name, answer) in names.iter().zip(database.ask(&questions).await) {
        assert_eq!(expect_body(&answer)[0]["name"], name.as_str());
    }
}

#[tokio::test]
async fn an_invalid_byte_in_a_name_does_not_lose_the_answer() {
    for major in [10, 16] {
        let server = pg::server(major);
        let name = format!("ascii_{}", std::process::id());
        server.run(
            "postgres",
            &format!("CREATE DATABASE {name} ENCODING 'SQL_ASCII' TEMPLATE template0"),
        );
        server.run(
            &name,
            "DO $$BEGIN EXECUTE format('CREATE TABLE %I (i int)', 'ill' || chr(255) || 'x'); END$$",
        );
        let database = database(&server.conninfo(&name)).with_queries(QUERIES);
        let answer = database
            .ask(&[sql_question(&name, "tables")])
            .await
            .remove(0);
        assert_eq!(expect_body(&answer), &json!([{"relname": "ill\u{fffd}x"}]));
    }
}

#[tokio::test]
async fn other_encodings_are_converted_to_unicode() {
    let server = pg::server(13);
    let name = format!("latin_{}", std::process::id());
    server.run(
        "postgres",
        &format!("CREATE DATABASE {name} ENCODING 'LATIN1' TEMPLATE template0"),
    );
    server.run(&name, "CREATE TABLE \"illé\" (i int)");
    let database = database(&server.conninfo(&name)).with_queries(QUERIES);
    let answer = database
        .ask(&[sql_question(&name, "tables")])
        .await
        .remove(0);
    assert_eq!(expect_body(&answer), &json!([{"relname": "illé"}]));
}

#[tokio::test]
async fn a_missing_privilege_is_forbidden() {
    let server = pg::server(17);
    server.run("postgres", "CREATE ROLE plain_reader LOGIN");
    let conninfo = server
        .conninfo("postgres")
        .replace("user=postgres", "user=plain_reader");
    let database = database(&conninfo).with_queries(QUERIES);
    let answers = database
        .ask(&[
            sql_question("postgres", "role"),
            sql_question("postgres", "one"),
        ])
        .await;
    assert_eq!(refused(&answers[0]).kind, FailureKind::Forbidden);
    assert_eq!(
        refused(&answers[0]).code.as_deref(),
        Some("insufficient_privilege")
    );
    expect_body(&answers[1]);
}

#[tokio::test]
async fn a_socket_path_and_a_host_name_both_connect() {
    let server = pg::server(12);
    let (socket, port) = (server.socket_dir(), server.port());
    let conninfo = format!(
        "host='{}' port={port} user=postgres sslmode=require",
        socket.display()
    );
    let by_socket = about(&conninfo).await;
    assert_eq!(expect_body(&by_socket)["peer_address"], json!(null));
    assert_eq!(expect_body(&by_socket)["tls"], json!(null));
    let by_name = about(&format!("postgresql://postgres@localhost:{port}/")).await;
    assert_eq!(expect_body(&by_name)["peer_address"], "127.0.0.1");
    assert_eq!(expect_body(&by_name)["peer_port"], port);
}
