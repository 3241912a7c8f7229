//! The connection pool: its size, reuse of connections, lost connections and the deadline.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use flexready::inputs::Source;
use flexready::inputs::postgres::Database;
use flexready::queries::Query;
use flexready::question::{Question, RefusalKind, Side};

use super::{about, access, connection, database, given, query, refused, sql};
use crate::support::pg;

const QUERIES: &[Query] = &[
    query("pid", &[(0, "SELECT pg_backend_pid() AS pid")]),
    query("sleep", &[(0, "SELECT pg_sleep(20)")]),
    query(
        "die",
        &[(0, "SELECT pg_terminate_backend(pg_backend_pid()) AS done")],
    ),
    // The sleep comes first, so that connections that are being closed are no longer listed
    query(
        "crowd",
        &[(
            0,
            "SELECT pg_sleep(0.4), (SELECT count(*) FROM pg_stat_activity WHERE datname LIKE 'crowd%') AS n",
        )],
    ),
];

#[tokio::test]
async fn at_most_four_connections_are_open() {
    let server = pg::Server::start(15, &[]);
    let names: Vec<String> = (0..7).map(|_| server.create_database("crowd")).collect();
    let database = database(&server.conninfo("postgres")).with_queries(QUERIES);
    let questions: Vec<Question> = names.iter().map(|name| sql(name, "crowd")).collect();
    let counts: Vec<u64> = database
        .ask(&questions)
        .await
        .iter()
        .map(|a| given(a)[0]["n"].as_u64().unwrap())
        .collect();
    assert_eq!(counts.iter().max(), Some(&4), "{counts:?}");
}

#[tokio::test]
async fn a_connection_is_kept_for_the_next_round_and_replaced_when_lost() {
    let server = pg::server(16);
    let name = server.create_database("kept");
    let database = database(&server.conninfo(&name)).with_queries(QUERIES);
    let pid = async || {
        let answers = database.ask(&[sql(&name, "pid")]).await;
        given(&answers[0])[0]["pid"].as_i64().unwrap()
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
        .ask(&["pid", "die", "pid", "pid"].map(|query| sql(&name, query)))
        .await;
    given(&answers[0]);
    assert_eq!(refused(&answers[1]).code.as_deref(), Some("admin_shutdown"));
    for answer in &answers[1..] {
        assert_eq!(refused(answer).kind, RefusalKind::Unreachable, "{answer:?}");
    }
    given(&database.ask(&[sql(&name, "pid")]).await[0]);
}

#[tokio::test]
async fn questions_that_are_open_at_the_deadline_time_out() {
    let server = pg::server(14);
    let deadline = tokio::time::Instant::now() + Duration::from_secs(2);
    let access = access(&server.conninfo("postgres"));
    let database =
        Database::new(access, Side::Source, "m".to_owned(), deadline).with_queries(QUERIES);
    let start = Instant::now();
    let answers = database
        .ask(&["pid", "sleep", "pid"].map(|query| sql("postgres", query)))
        .await;
    given(&answers[0]);
    assert_eq!(refused(&answers[1]).kind, RefusalKind::Timeout);
    assert_eq!(refused(&answers[2]).kind, RefusalKind::Timeout);
    let late = database
        .ask(&[sql("postgres", "pid"), connection("other")])
        .await;
    assert!(
        late.iter()
            .all(|answer| refused(answer).kind == RefusalKind::Timeout)
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
    let mute = about(&format!(
        "host=127.0.0.1 port={port} user=u connect_timeout=1"
    ))
    .await;
    assert_eq!(refused(&mute).kind, RefusalKind::Unreachable);
    assert!(refused(&mute).message.contains("within 1 s"), "{mute:?}");
    let web = std::thread::spawn(move || {
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
            RefusalKind::Unreachable | RefusalKind::Malformed
        ),
        "{other:?}"
    );
    let other = about(&format!(
        "host=127.0.0.1 port={port} user=u sslmode=require"
    ))
    .await;
    assert_eq!(refused(&other).kind, RefusalKind::Unreachable);
    assert!(refused(&other).message.contains("PostgreSQL"), "{other:?}");
    web.join().unwrap();
    let gone = about(&format!("host=127.0.0.1 port={port} user=u")).await;
    assert_eq!(refused(&gone).kind, RefusalKind::Unreachable);
    assert!(refused(&gone).message.contains("refused"), "{gone:?}");
    let nameless = about("host=no.such.host.invalid user=u").await;
    assert!(
        refused(&nameless).message.contains("no.such.host.invalid"),
        "{nameless:?}"
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
    let two = format!(
        "postgresql://postgres@127.0.0.1:{gone},127.0.0.1:{}/postgres",
        server.port()
    );
    assert_eq!(given(&about(&two).await)["peer_port"], server.port());
    for wish in ["primary", "read-write", "prefer-standby"] {
        given(&about(&format!("{two}?target_session_attrs={wish}")).await);
    }
    let standby = about(&format!("{two}?target_session_attrs=standby")).await;
    assert_eq!(refused(&standby).kind, RefusalKind::Unreachable);
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
        relay(client, TcpStream::connect(behind).unwrap());
    });
    let conninfo = format!("host=127.0.0.1 port={port} user=postgres sslmode=disable");
    let answer = about(&conninfo).await;
    assert_eq!(given(&answer)["direct"], false);
    assert_eq!(given(&answer)["pooling"], "unknown");
    // The runtime on this thread must still close the connection, so the join must not block it
    tokio::task::spawn_blocking(|| pooler.join())
        .await
        .unwrap()
        .unwrap();
}

/// Forwards bytes in both directions and changes the process ID in `BackendKeyData`.
fn relay(client: TcpStream, server: TcpStream) {
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
