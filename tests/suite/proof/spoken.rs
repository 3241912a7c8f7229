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

use super::worlds::World;

/// What the server does at one query instead of returning the answer.
#[derive(Clone, Copy)]
pub enum Fault {
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
    Bare(&'static str),
}

/// One database of a sample, served over TCP.
pub struct Spoken {
    answers: HashMap<String, (&'static str, Answer)>,
    wrong: Option<(String, Fault)>,
    version: (String, String),
}

impl Spoken {
    /// Serves the recorded answers of this database, with a fault at the query in `faulty_query`.
    pub fn new(
        world: &World,
        side: Side,
        database: &str,
        wrong: Option<(&str, Fault)>,
    ) -> Arc<Spoken> {
        let version = version(world);
        let number = version.0.parse().unwrap();
        let asked = queries::ALL.iter().filter_map(|query| {
            let question = Question::Sql {
                side,
                database: database.to_owned(),
                query: query.name,
            };
            let answer = world.answers.get(&question)?.clone();
            Some((query.text(number)?.into_owned(), (query.name, answer)))
        });
        Arc::new(Spoken {
            answers: asked.collect(),
            wrong: wrong.map(|(query, fault)| (query.to_owned(), fault)),
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
        let mut hello = message(b'R', &0_i32.to_be_bytes());
        hello.extend(message(b'K', &[0, 0, 0, 7, 0, 0, 0, 7]));
        hello.extend(message(b'Z', b"I"));
        socket.write_all(&hello).await?;
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
                Reply::Stay(bytes) => socket.write_all(&bytes).await?,
                Reply::Leave(bytes) => return socket.write_all(&bytes).await,
            }
        }
    }

    fn reply(&self, text: &str) -> Reply {
        if text.starts_with("BEGIN") || text == "ROLLBACK" {
            return Reply::Stay([message(b'C', b"DONE\0"), message(b'Z', b"I")].concat());
        }
        let inner = text
            .split_once("FROM (\n")
            .and_then(|(_, rest)| rest.rsplit_once("\n) "));
        let Some((query, _)) = inner else {
            let (number, version) = (&self.version.0, &self.version.1);
            return Reply::Stay(rows(&["on", number, version, "7", "f", "off"]));
        };
        let (name, answer) = self
            .answers
            .get(query)
            .unwrap_or_else(|| panic!("not recorded: {query}"));
        match &self.wrong {
            Some((wrong, fault)) if wrong == name => fault.reply(answer),
            _ => held(answer),
        }
    }
}

/// The bytes that the server writes, and whether it keeps the connection open.
enum Reply {
    Stay(Vec<u8>),
    Leave(Vec<u8>),
}

impl Fault {
    fn reply(self, answer: &Answer) -> Reply {
        let json = match answer {
            Answer::Given(given) => &given.json,
            Answer::Refused(_) => &Value::Null,
        };
        match self {
            Fault::Error(state, words) => Reply::Stay(error("ERROR", state, words)),
            Fault::Fatal(state, words) => Reply::Leave(error("FATAL", state, words)),
            Fault::Reset => Reply::Leave(Vec::new()),
            Fault::Silence => Reply::Stay(Vec::new()),
            Fault::Garbage => Reply::Leave(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()),
            Fault::NoRow => {
                Reply::Stay([message(b'C', b"SELECT 0\0"), message(b'Z', b"T")].concat())
            }
            Fault::NotReadOnly => Reply::Stay(rows(&["off", &hex(&json.to_string())])),
            Fault::Document(other) => Reply::Stay(rows(&["on", &hex(&other(json))])),
            Fault::Bare(text) => Reply::Stay(rows(&["on", text])),
        }
    }
}

fn held(answer: &Answer) -> Reply {
    Reply::Stay(match answer {
        Answer::Given(given) => rows(&["on", &hex(&given.json.to_string())]),
        Answer::Refused(refusal) => {
            let state = refusal.status.as_deref().unwrap_or("42501");
            error("ERROR", state, &refusal.message)
        }
    })
}

/// Number and name of the source version in the sample.
fn version(world: &World) -> (String, String) {
    let about = world
        .answers
        .iter()
        .find(|(key, _)| key.starts_with("connection:source"));
    let Some((_, Answer::Given(about))) = about else {
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
fn rows(values: &[&str]) -> Vec<u8> {
    let count = i16::try_from(values.len()).unwrap().to_be_bytes();
    let (mut described, mut row) = (count.to_vec(), count.to_vec());
    for value in values {
        described.extend(b"c\0\0\0\0\0\0\0\0\0\0\x19\xff\xff\xff\xff\xff\xff\0\0");
        row.extend(i32::try_from(value.len()).unwrap().to_be_bytes());
        row.extend(value.as_bytes());
    }
    let parts = [
        message(b'T', &described),
        message(b'D', &row),
        message(b'C', b"SELECT 1\0"),
        message(b'Z', b"T"),
    ];
    parts.concat()
}

fn error(severity: &str, state: &str, words: &str) -> Vec<u8> {
    let fields = format!("S{severity}\0V{severity}\0C{state}\0M{words}\0\0");
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
