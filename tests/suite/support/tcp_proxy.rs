//! A TCP proxy between the program and a server. It counts connections, and how often the program waits for the server.
//! It can also call a function when a connection starts, and break the connection later.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// The server's bytes are only forwarded after the program has not sent anything for this long.
const QUIET_PERIOD: Duration = Duration::from_millis(250);
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// The Terminate message of the PostgreSQL protocol.
const TERMINATE_MESSAGE: [u8; 5] = *b"X\0\0\0\x04";

#[derive(Default)]
struct ConnectionCounts {
    /// The program's ends of connections that are not known to be closed.
    open: Vec<TcpStream>,
    closed: usize,
    opened: usize,
    peak: usize,
    /// Database and waits of every closed connection.
    waits: Vec<(String, usize)>,
}

pub struct TcpProxy {
    port: u16,
    counts: Arc<Mutex<ConnectionCounts>>,
}

impl TcpProxy {
    /// Forwards everything immediately, and counts connections.
    pub fn forwarding(server: u16) -> TcpProxy {
        TcpProxy::start(server, Duration::ZERO, |_| usize::MAX)
    }

    /// Calls `max_bytes` with the database of each connection. The connection breaks after that number of server bytes.
    pub fn truncating(
        server: u16,
        max_bytes: impl Fn(&str) -> usize + Clone + Send + 'static,
    ) -> TcpProxy {
        TcpProxy::start(server, Duration::ZERO, max_bytes)
    }

    /// Holds the server's bytes until the program stops sending. Everything that the program sends without an answer is
    /// one burst, and each burst is one wait.
    pub fn counting_waits(server: u16) -> TcpProxy {
        TcpProxy::start(server, QUIET_PERIOD, |_| usize::MAX)
    }

    fn start(
        server: u16,
        silence: Duration,
        max_bytes: impl Fn(&str) -> usize + Clone + Send + 'static,
    ) -> TcpProxy {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let counts = Arc::<Mutex<ConnectionCounts>>::default();
        let shared = Arc::clone(&counts);
        thread::spawn(move || {
            for client in listener.incoming() {
                let server = TcpStream::connect(("127.0.0.1", server)).unwrap();
                let (client, counts) = (client.unwrap(), Arc::clone(&shared));
                client.set_read_timeout(Some(POLL_INTERVAL)).unwrap();
                counts
                    .lock()
                    .unwrap()
                    .add_connection(client.try_clone().unwrap());
                let cut = max_bytes.clone();
                thread::spawn(move || {
                    let of = forward(client, server, silence, cut);
                    let mut counts = counts.lock().unwrap();
                    counts.closed += 1;
                    counts.waits.push(of);
                });
            }
        });
        TcpProxy { port, counts }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn peak_connections(&self) -> usize {
        self.counts.lock().unwrap().peak
    }

    /// Database and waits of each connection. Blocks until all connections are closed, so the program must have ended.
    pub fn waits(&self) -> Vec<(String, usize)> {
        loop {
            let counts = self.counts.lock().unwrap();
            if counts.closed == counts.opened {
                return counts.waits.clone();
            }
            drop(counts);
            thread::sleep(POLL_INTERVAL);
        }
    }
}

impl ConnectionCounts {
    /// The program closes a connection before it opens a replacement.
    /// Therefore a closed connection can be detected here, even if its thread has not noticed it yet.
    fn add_connection(&mut self, client: TcpStream) {
        self.open.retain(is_open);
        self.open.push(client);
        self.opened += 1;
        self.peak = self.peak.max(self.open.len());
    }
}

fn is_open(client: &TcpStream) -> bool {
    let mut bytes = [0; 5];
    match client.peek(&mut bytes) {
        Ok(count) => count > 0 && bytes != TERMINATE_MESSAGE,
        Err(e) => matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
    }
}

/// Forwards one connection until either side closes it. Returns the database and the number of bursts.
fn forward(
    mut client: TcpStream,
    mut server: TcpStream,
    silence: Duration,
    max_bytes: impl Fn(&str) -> usize,
) -> (String, usize) {
    for stream in [&client, &server] {
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(POLL_INTERVAL)).unwrap();
    }
    let (mut database, mut pending, mut waits) = (String::new(), Vec::new(), 0);
    let (mut was_answered, mut last_sent, mut remaining) = (true, Instant::now(), usize::MAX);
    loop {
        match read_available(&mut client) {
            None => return (database, waits),
            Some(said) if !said.is_empty() => {
                // The Terminate message does not wait for an answer.
                if was_answered && said != TERMINATE_MESSAGE {
                    waits += 1;
                    was_answered = false;
                }
                if database.is_empty() {
                    database = startup_database(&said);
                    remaining = max_bytes(&database);
                }
                last_sent = Instant::now();
                if server.write_all(&said).is_err() {
                    return (database, waits);
                }
            }
            Some(_) => {}
        }
        match read_available(&mut server) {
            None => return (database, waits),
            Some(said) => pending.extend(said),
        }
        if !pending.is_empty() && last_sent.elapsed() >= silence {
            was_answered = true;
            pending.truncate(remaining);
            if client.write_all(&pending).is_err() {
                return (database, waits);
            }
            remaining -= pending.len();
            if remaining == 0 {
                // `ConnectionCounts::open` has another handle of this socket, so dropping this one does not close it.
                let _ = client.shutdown(std::net::Shutdown::Both);
                return (database, waits);
            }
            pending.clear();
        }
    }
}

/// The bytes that have arrived, or `None` if the stream has ended.
fn read_available(stream: &mut TcpStream) -> Option<Vec<u8>> {
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
fn startup_database(startup: &[u8]) -> String {
    let strings: Vec<String> = startup[8..]
        .split(|b| *b == 0)
        .map(|w| String::from_utf8_lossy(w).into_owned())
        .collect();
    let at = strings.iter().position(|w| w == "database");
    at.and_then(|at| strings.get(at + 1))
        .cloned()
        .unwrap_or_default()
}
