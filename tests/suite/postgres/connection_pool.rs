//! The connection pool: its size, reuse of connections, lost connections and the deadline.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use flexready::backend::Backend;
use flexready::backend::postgres::PostgresBackend;
use flexready::queries::Query;
use flexready::question::{FailureKind, Question, Side};

use super::{
    about, connect_options, connection_question, database, expect_body, refused, sql_question,
    test_query,
};
use crate::support::pg;

const QUERIES: &[Query] = &[
    test_query("pid", &[(0, "SELECT pg_backend_pid() AS pid")]),
    test_query("sleep", &[(0, "SELECT pg_sleep(20)")]),
    test_query(
        "die",
        &[(0, "SELECT pg_terminate_backend(pg_backend_pid()) AS done")],
    ),
    // The sleep comes first, so that connections that are being closed are no longer listed
    test_query(
        "crowd",
        &[(
            0,
            "SELECT pg_sleep(0.4), (SELECT count(*) FROM pg_stat_activity WHERE datname LIKE 'crowd%') AS n",
        )],
    ),
];

#[tokio::test]
async fn at_most_four_connections_are_open() {
    let server = pg::PgServer::start(15, &[]);
    let names: Vec<String> = (0..7).map(|_| server.create_database("crowd")).collect();
    let database = database(&server.conninfo("postgres")).with_queries(QUERIES);
    let questions: Vec<Question> = names
        .iter()
        .map(|name| sql_question(name, "crowd"))
        .collect();
    let counts: Vec<u64> = database
        .ask(&questions)
        .await
        .iter()
        .map(|a| expect_body(a)[0]["n"].as_u64().unwrap())
        .collect();
    assert_eq!(counts.iter().max(), Some(&4), "{counts:?}");
}

#[tokio::test]
async fn a_connection_is_kept_for_the_next_round_and_replaced_when_lost() {
    let server = pg::server(16);
    let name = server.create_database("kept");
    let database = database(&server.conninfo(&name)).with_queries(QUERIES);
    let pid = async || {
        let answers = database.ask(&[sql_question(&name, "pid")]).await;
        expect_body(&answers[0])[0]["pid"].as_i64().unwrap()
    };
    let first = pid().await;
    assert_eq!(pid().await, first);
    server.run("postgres", &format!("SELECT pg_terminate_backend({first})"));
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_ne!(pid().await, first);
}

#[tokio::test]
async fn answers_before_a_lost_connection_are_kept() {
    let server = pg::server(17);
    let name = server.create_database("lost");
    let database = database(&server.conninfo(&name)).with_queries(QUERIES);
    let answers = database
        .ask(&["pid", "die", "pid", "pid"].map(|query| sql_question(&name, query)))
        .await;
    expect_body(&answers[0]);
    assert_eq!(refused(&answers[1]).code.as_deref(), Some("admin_shutdown"));
    for answer in &answers[1..] {
        assert_eq!(refused(answer).kind, FailureKind::Unreachable, "{answer:?}");
    }
    expect_body(&database.ask(&[sql_question(&name, "pid")]).await[0]);
}

#[tokio::test]
async fn questions_that_are_open_at_the_deadline_time_out() {
    let server = pg::server(14);
    let deadline = tokio::time::Instant::now() + Duration::from_secs(2);
    let access = connect_options(&server.conninfo("postgres"));
    let database =
        PostgresBackend::new(access, Side::Source, "m".to_owned(), deadline).with_queries(QUERIES);
    let start = Instant::now();
    let answers = database
        .ask(&["pid", "sleep", "pid"].map(|query| sql_question("postgres", query)))
        .await;
    expect_body(&answers[0]);
    assert_eq!(refused(&answers[1]).kind, FailureKind::Timeout);
    assert_eq!(refused(&answers[2]).kind, FailureKind::Timeout);
    let late = database
        .ask(&[
            sql_question("postgres", "pid"),
            connection_question("other"),
        ])
        .await;
    assert!(
        late.iter()
            .all(|answer| refused(answer).kind == FailureKind::Timeout)
    );
    assert!(
        start.elapsed() < Duration::from_secs(10),
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test]
async fn a_missing_a_silent_and_a_non_postgres_server_are_reported() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let silent = about(&format!(
        "host=127.0.0.1 port={port} user=u connect_timeout=1"
    ))
    .await;
    assert_eq!(refused(&silent).kind, FailureKind::Unreachable);
    assert!(
        refused(&silent).message.contains("within 1 s"),
        "{silent:?}"
    );
    let http_server = std::thread::spawn(move || {
        for stream in listener.incoming().skip(1).take(2) {
            stream
                .unwrap()
                .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                .unwrap();
        }
    });
    let other = about(&format!(
        "host=127.0.0.1 port={port} user=u sslmode=disable"
    ))
    .await;
    assert!(
        matches!(
            refused(&other).kind,
            FailureKind::Unreachable | FailureKind::Malformed
        ),
        "{other:?}"
    );
    let other = about(&format!(
        "host=127.0.0.1 port={port} user=u sslmode=require"
    ))
    .await;
    assert_eq!(refused(&other).kind, FailureKind::Unreachable);
    assert!(refused(&other).message.contains("PostgreSQL"), "{other:?}");
    http_server.join().unwrap();
    let gone = about(&format!("host=127.0.0.1 port={port} user=u")).await;
    assert_eq!(refused(&gone).kind, FailureKind::Unreachable);
    assert!(refused(&gone).message.contains("refused"), "{gone:?}");
    let unresolvable = about("host=no.such.host.invalid user=u").await;
    assert!(
        refused(&unresolvable)
            .message
            .contains("no.such.host.invalid"),
        "{unresolvable:?}"
    );
}

#[tokio::test]
async fn the_first_suitable_host_of_several_is_used() {
    let server = pg::server(18);
    let gone = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let two_hosts = format!(
        "postgresql://postgres@127.0.0.1:{gone},127.0.0.1:{}/postgres",
        server.port()
    );
    assert_eq!(
        expect_body(&about(&two_hosts).await)["peer_port"],
        server.port()
    );
    for session_attrs in ["primary", "read-write", "prefer-standby"] {
        expect_body(&about(&format!("{two_hosts}?target_session_attrs={session_attrs}")).await);
    }
    let standby = about(&format!("{two_hosts}?target_session_attrs=standby")).await;
    assert_eq!(refused(&standby).kind, FailureKind::Unreachable);
    assert!(
        refused(&standby).message.contains("is no standby"),
        "{standby:?}"
    );
}

/// Poolers report a process ID that does not belong to a PostgreSQL backend.
#[tokio::test]
async fn a_pooler_is_detected() {
    let server = pg::server(15);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let behind = (server.host(), server.port());
    let pooler = std::thread::spawn(move || {
        let (client, _) = listener.accept().unwrap();
        // The second connection, which would probe the pooling mode, is refused
        drop(listener);
        forward_with_other_process_id(client, TcpStream::connect(behind).unwrap());
    });
    let conninfo = format!("host=127.0.0.1 port={port} user=postgres sslmode=disable");
    let answer = about(&conninfo).await;
    assert_eq!(expect_body(&answer)["direct"], false);
    assert_eq!(expect_body(&answer)["pooling"], "unknown");
    // The runtime on this thread must still close the connection, so the join must not block it
    tokio::task::spawn_blocking(|| pooler.join())
        .await
        .unwrap()
        .unwrap();
}

/// Forwards bytes in both directions and changes the process ID in `BackendKeyData`.
fn forward_with_other_process_id(client: TcpStream, server: TcpStream) {
    let (mut from, mut to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    let up = std::thread::spawn(move || {
        let _ = std::io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Both);
    });
    let (mut server, mut client) = (server, client);
    let mut bytes = [0; 16_384];
    while let Ok(count @ 1..) = server.read(&mut bytes) {
        let key = bytes[..count].windows(5).position(|w| w == b"K\0\0\0\x0c");
        if let Some(at) = key {
            bytes[at + 5..at + 9].copy_from_slice(&[1, 2, 3, 4]);
        }
        client.write_all(&bytes[..count]).unwrap();
    }
    up.join().unwrap();
}
