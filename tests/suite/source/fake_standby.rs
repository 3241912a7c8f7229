//! A fake physical standby: a connection that starts replication and never reads the log.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::support::pg::PgServer;

/// Connects a standby. Dropping the stream disconnects it.
pub(super) fn connect_standby(server: &PgServer, name: &str) -> TcpStream {
    let mut stream = TcpStream::connect((server.host(), server.port())).unwrap();
    let mut startup = 196_608_u32.to_be_bytes().to_vec();
    for (key, value) in [
        ("user", server.superuser()),
        ("replication", "true"),
        ("application_name", name),
    ] {
        startup.extend([key, "\0", value, "\0"].concat().bytes());
    }
    startup.push(0);
    stream.write_all(&with_length(&startup)).unwrap();
    read_until(&mut stream, b'Z');
    let position = server.query("postgres", "SELECT pg_current_wal_lsn()")[0][0].clone();
    let command = format!("START_REPLICATION PHYSICAL {}\0", position.unwrap());
    stream.write_all(b"Q").unwrap();
    stream.write_all(&with_length(command.as_bytes())).unwrap();
    read_until(&mut stream, b'W');
    stream
}

/// Puts the length before the body of a message. The length includes itself.
fn with_length(body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap();
    [&length.to_be_bytes(), body].concat()
}

/// Reads messages until one of this kind.
fn read_until(stream: &mut TcpStream, kind: u8) {
    loop {
        let mut head = [0; 5];
        stream.read_exact(&mut head).unwrap();
        let length = u32::from_be_bytes(head[1..].try_into().unwrap()) - 4;
        let mut body = vec![0; length as usize];
        stream.read_exact(&mut body).unwrap();
        assert_ne!(head[0], b'E', "{}", String::from_utf8_lossy(&body));
        if head[0] == kind {
            return;
        }
    }
}
