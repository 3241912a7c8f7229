//! A TCP proxy between the program and a server. It counts connections, and how often the program waits for the server.
//! It can also call a function when a connection starts, and break the connection later.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// The server's bytes are only forwarded after the program has not sent anything for this long.
const SILENCE: Duration = Duration::from_millis(250);
const TURN: Duration = Duration::from_millis(5);

/// The Terminate message of the PostgreSQL protocol.
const GOODBYE: [u8; 5] = *b"X\0\0\0\x04";

#[derive(Default)]
struct Counts {
    /// The program's ends of connections that are not known to be closed.
    open: Vec<TcpStream>,
    ended: usize,
    begun: usize,
    most_at_once: usize,
    /// Database and waits of every closed connection.
    waits: Vec<(String, usize)>,
}

pub struct Relay {
    port: u16,
    counts: Arc<Mutex<Counts>>,
}

impl Relay {
    /// Forwards everything immediately, and counts connections.
    pub fn passing(server: u16) -> Relay {
        Relay::start(server, Duration::ZERO, |_| usize::MAX)
    }

    /// Calls `max_bytes` with the database of each connection. The connection breaks after that number of server bytes.
    pub fn cutting(server: u16, at: impl Fn(&str) -> usize + Clone + Send + 'static) -> Relay {
        Relay::start(server, Duration::ZERO, at)
    }

    /// Holds the server's bytes until the program stops sending. Everything that the program sends without an answer is
    /// one burst, and each burst is one wait.
    pub fn counting(server: u16) -> Relay {
        Relay::start(server, SILENCE, |_| usize::MAX)
    }

    fn start(
        server: u16,
        silence: Duration,
        cut: impl Fn(&str) -> usize + Clone + Send + 'static,
    ) -> Relay {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let counts = Arc::<Mutex<Counts>>::default();
        let shared = Arc::clone(&counts);
        thread::spawn(move || {
            for client in listener.incoming() {
                let server = TcpStream::connect(("127.0.0.1", server)).unwrap();
                let (client, counts) = (client.unwrap(), Arc::clone(&shared));
                client.set_read_timeout(Some(TURN)).unwrap();
                counts.lock().unwrap().begin(client.try_clone().unwrap());
                let cut = cut.clone();
                thread::spawn(move || {
                    let of = carry(client, server, silence, cut);
                    let mut counts = counts.lock().unwrap();
                    counts.ended += 1;
                    counts.waits.push(of);
                });
            }
        });
        Relay { port, counts }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn most_at_once(&self) -> usize {
        self.counts.lock().unwrap().most_at_once
    }

    /// Database and waits of each connection. Blocks until all connections are closed, so the program must have ended.
    pub fn waits(&self) -> Vec<(String, usize)> {
        loop {
            let counts = self.counts.lock().unwrap();
            if counts.ended == counts.begun {
                return counts.waits.clone();
            }
            drop(counts);
            thread::sleep(TURN);
        }
    }
}

impl Counts {
    /// The program closes a connection before it opens a replacement.
    /// Therefore a closed connection can be detected here, even if its thread has not noticed it yet.
    fn begin(&mut self, client: TcpStream) {
        self.open.retain(is_open);
        self.open.push(client);
        self.begun += 1;
        self.most_at_once = self.most_at_once.max(self.open.len());
    }
}

fn is_open(client: &TcpStream) -> bool {
    let mut bytes = [0; 5];
    match client.peek(&mut bytes) {
        Ok(count) => count > 0 && bytes != GOODBYE,
        Err(e) => matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
    }
}

/// Forwards one connection until either side closes it. Returns the database and the number of bursts.
fn carry(
    mut client: TcpStream,
    mut server: TcpStream,
    silence: Duration,
    cut: impl Fn(&str) -> usize,
) -> (String, usize) {
    for stream in [&client, &server] {
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(TURN)).unwrap();
    }
    let (mut database, mut kept, mut waits) = (String::new(), Vec::new(), 0);
    let (mut was_answered, mut last_word, mut left) = (true, Instant::now(), usize::MAX);
    loop {
        match next(&mut client) {
            None => return (database, waits),
            Some(said) if !said.is_empty() => {
                // The Terminate message does not wait for an answer.
                if was_answered && said != GOODBYE {
                    waits += 1;
                    was_answered = false;
                }
                if database.is_empty() {
                    database = database_of(&said);
                    left = cut(&database);
                }
                last_word = Instant::now();
                if server.write_all(&said).is_err() {
                    return (database, waits);
                }
            }
            Some(_) => {}
        }
        match next(&mut server) {
            None => return (database, waits),
            Some(said) => kept.extend(said),
        }
        if !kept.is_empty() && last_word.elapsed() >= silence {
            was_answered = true;
            kept.truncate(left);
            if client.write_all(&kept).is_err() {
                return (database, waits);
            }
            left -= kept.len();
            if left == 0 {
                // `ConnectionCounts::open` has another handle of this socket, so dropping this one does not close it.
                let _ = client.shutdown(std::net::Shutdown::Both);
                return (database, waits);
            }
            kept.clear();
        }
    }
}

/// The bytes that have arrived, or `None` if the stream has ended.
fn next(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = [0; 65_536];
    match stream.read(&mut bytes) {
        Ok(0) => None,
        Ok(count) => Some(bytes[..count].to_vec()),
        Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
            Some(Vec::new())
        }
        Err(_) => None,
    }
}

/// The database in a startup packet.
fn database_of(startup: &[u8]) -> String {
    let words: Vec<String> = startup[8..]
        .split(|b| *b == 0)
        .map(|w| String::from_utf8_lossy(w).into_owned())
        .collect();
    let at = words.iter().position(|w| w == "database");
    at.and_then(|at| words.get(at + 1))
        .cloned()
        .unwrap_or_default()
}
