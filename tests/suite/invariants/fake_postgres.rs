//! A fake PostgreSQL server that replies with recorded answers, and can fail at one query in many ways. It implements
//! the part of the protocol that guarded queries need.
//! <https://www.postgresql.org/docs/current/protocol-message-formats.html>

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use flexready::queries;
use flexready::question::{Answer, Question, Side};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::samples::Sample;

/// What the server does at one query instead of returning the answer.
#[derive(Clone, Copy)]
pub enum SqlFault {
    /// An error that leaves the connection open.
    Error(&'static str, &'static str),
    /// An error, after which the server closes the connection.
    Fatal(&'static str, &'static str),
    Reset,
    /// No reply on an open connection.
    Silence,
    /// Bytes that are not a message of the protocol.
    Garbage,
    NoRow,
    /// A transaction that is not read only.
    NotReadOnly,
    /// Another document instead of the recorded one.
    Document(fn(&Value) -> String),
    /// Text that is not a document in hexadecimal.
    RawText(&'static str),
}

/// One database of a sample, served over TCP.
pub struct FakePostgres {
    answers: HashMap<String, (&'static str, Answer)>,
    fault: Option<(String, SqlFault)>,
    version: (String, String),
}

impl FakePostgres {
    /// Serves the recorded answers of this database, with a fault at the query in `faulty_query`.
    pub fn new(
        world: &Sample,
        side: Side,
        database: &str,
        faulty_query: Option<(&str, SqlFault)>,
    ) -> Arc<FakePostgres> {
        let version = version(world);
        let number = version.0.parse().unwrap();
        let recorded = queries::ALL.iter().filter_map(|query| {
            let question = Question::Sql {
                side,
                database: database.to_owned(),
                query: query.name.into(),
            };
            let answer = world.answers.get(&question)?.clone();
            Some((query.text(number)?.into_owned(), (query.name, answer)))
        });
        Arc::new(FakePostgres {
            answers: recorded.collect(),
            fault: faulty_query.map(|(query, fault)| (query.to_owned(), fault)),
            version,
        })
    }

    /// Accepts connections until the runtime ends. Returns the port.
    pub async fn listen(self: &Arc<Self>) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = Arc::clone(self);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let server = Arc::clone(&server);
                tokio::spawn(async move {
                    // A client can disconnect at any time
                    let _ = server.serve(socket).await;
                });
            }
        });
        port
    }

    async fn serve(&self, mut socket: TcpStream) -> io::Result<()> {
        socket.set_nodelay(true)?;
        let length = socket.read_i32().await?;
        let mut startup = vec![0; usize::try_from(length - 4).unwrap()];
        socket.read_exact(&mut startup).await?;
        let mut startup_reply = message(b'R', &0_i32.to_be_bytes());
        startup_reply.extend(message(b'K', &[0, 0, 0, 7, 0, 0, 0, 7]));
        startup_reply.extend(message(b'Z', b"I"));
        socket.write_all(&startup_reply).await?;
        loop {
            let kind = socket.read_u8().await?;
            let length = socket.read_i32().await?;
            let mut body = vec![0; usize::try_from(length - 4).unwrap()];
            socket.read_exact(&mut body).await?;
            if kind != b'Q' {
                return Ok(());
            }
            let text = String::from_utf8(body).unwrap();
            match self.reply(text.trim_end_matches('\0')) {
                ServerReply::KeepOpen(bytes) => socket.write_all(&bytes).await?,
                ServerReply::Close(bytes) => return socket.write_all(&bytes).await,
            }
        }
    }

    fn reply(&self, text: &str) -> ServerReply {
        if text.starts_with("BEGIN") || text == "ROLLBACK" {
            return ServerReply::KeepOpen([message(b'C', b"DONE\0"), message(b'Z', b"I")].concat());
        }
        let inner = text
            .split_once("FROM (\n")
            .and_then(|(_, rest)| rest.rsplit_once("\n) "));
        let Some((query, _)) = inner else {
            let (number, version) = (&self.version.0, &self.version.1);
            return ServerReply::KeepOpen(row_messages(&["on", number, version, "7", "f", "off"]));
        };
        let (name, answer) = self
            .answers
            .get(query)
            .unwrap_or_else(|| panic!("not recorded: {query}"));
        match &self.fault {
            Some((wrong, fault)) if wrong == name => fault.reply(answer),
            _ => recorded_reply(answer),
        }
    }
}

/// The bytes that the server writes, and whether it keeps the connection open.
enum ServerReply {
    KeepOpen(Vec<u8>),
    Close(Vec<u8>),
}

impl SqlFault {
    fn reply(self, answer: &Answer) -> ServerReply {
        let json = match answer {
            Answer::Body(given) => &given.json,
            Answer::Failed(_) => &Value::Null,
        };
        match self {
            SqlFault::Error(state, words) => {
                ServerReply::KeepOpen(error_messages("ERROR", state, words))
            }
            SqlFault::Fatal(state, words) => {
                ServerReply::Close(error_messages("FATAL", state, words))
            }
            SqlFault::Reset => ServerReply::Close(Vec::new()),
            SqlFault::Silence => ServerReply::KeepOpen(Vec::new()),
            SqlFault::Garbage => ServerReply::Close(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()),
            SqlFault::NoRow => {
                ServerReply::KeepOpen([message(b'C', b"SELECT 0\0"), message(b'Z', b"T")].concat())
            }
            SqlFault::NotReadOnly => {
                ServerReply::KeepOpen(row_messages(&["off", &hex(&json.to_string())]))
            }
            SqlFault::Document(other) => {
                ServerReply::KeepOpen(row_messages(&["on", &hex(&other(json))]))
            }
            SqlFault::RawText(text) => ServerReply::KeepOpen(row_messages(&["on", text])),
        }
    }
}

fn recorded_reply(answer: &Answer) -> ServerReply {
    ServerReply::KeepOpen(match answer {
        Answer::Body(given) => row_messages(&["on", &hex(&given.json.to_string())]),
        Answer::Failed(refusal) => {
            let state = refusal.status.as_deref().unwrap_or("42501");
            error_messages("ERROR", state, &refusal.message)
        }
    })
}

/// Number and name of the source version in the sample.
fn version(world: &Sample) -> (String, String) {
    let about = world
        .answers
        .iter()
        .find(|(key, _)| key.starts_with("connection:source"));
    let Some((_, Answer::Body(about))) = about else {
        panic!("{} has no connection", world.name)
    };
    let number = about.json["server_version_num"].to_string();
    (
        number,
        about.json["server_version"].as_str().unwrap().to_owned(),
    )
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = i32::try_from(body.len() + 4).unwrap();
    [&[kind], length.to_be_bytes().as_slice(), body].concat()
}

/// The messages of one row of text columns, with their description.
fn row_messages(values: &[&str]) -> Vec<u8> {
    let count = i16::try_from(values.len()).unwrap().to_be_bytes();
    let (mut description, mut row) = (count.to_vec(), count.to_vec());
    for value in values {
        description.extend(b"c\0\0\0\0\0\0\0\0\0\0\x19\xff\xff\xff\xff\xff\xff\0\0");
        row.extend(i32::try_from(value.len()).unwrap().to_be_bytes());
        row.extend(value.as_bytes());
    }
    let parts = [
        message(b'T', &description),
        message(b'D', &row),
        message(b'C', b"SELECT 1\0"),
        message(b'Z', b"T"),
    ];
    parts.concat()
}

fn error_messages(severity: &str, state: &str, text: &str) -> Vec<u8> {
    let fields = format!("S{severity}\0V{severity}\0C{state}\0M{text}\0\0");
    let mut all = message(b'E', fields.as_bytes());
    if severity == "ERROR" {
        all.extend(message(b'Z', b"E"));
    }
    all
}

fn hex(text: &str) -> String {
    let digits: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    format!("\\x{digits}")
}
