//! Real PostgreSQL servers for tests: shared ones, one a major, and own ones with settings of their own.
//!
//! `tests/run.sh` gets the servers and names their place in FLEXREADY_PG_SERVERS. Majors 10 to 18 are there; 9.5 and 9.6
//! exist in no package, so recorded answers stand for them. A test takes a database of its own on a shared server;
//! one that touches what the whole cluster has (roles, slots, tablespaces, settings) starts a server of its own.
//!
//! The places of a server lie in [`home`], its process in [`process`], SQL in [`session`].

mod account;
mod extensions;
mod home;
mod process;
mod session;

use std::env;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};

use home::Home;
pub use home::Options;
use process::Process;
pub use session::{Rows, Session};

const FIRST: u32 = 10;
const LAST: u32 = 18;

/// The majors that there is a server of, in rising order.
///
/// # Panics
/// When FLEXREADY_PG_SERVERS is not set, or names a place with no server.
#[track_caller]
pub fn majors() -> Vec<u32> {
    let place = home::servers();
    let found: Vec<u32> = (FIRST..=LAST)
        .filter(|major| place.join(major.to_string()).join("bin/postgres").exists())
        .collect();
    assert!(
        !found.is_empty(),
        "no PostgreSQL server lies in {}: run tests/run.sh",
        place.display()
    );
    found
}

/// The server of this major that all tests share, started by the first who asks.
///
/// It has wal_level=logical, ten replication slots and ten prepared transactions. It ends with the test process.
#[track_caller]
pub fn server(major: u32) -> &'static Server {
    static SHARED: [OnceLock<Server>; (LAST - FIRST + 1) as usize] =
        [const { OnceLock::new() }; (LAST - FIRST + 1) as usize];
    let place = major
        .checked_sub(FIRST)
        .and_then(|place| SHARED.get(place as usize));
    place
        .unwrap_or_else(|| panic!("no server of PostgreSQL {major} is known"))
        .get_or_init(|| Server::start(major, &[]))
}

/// A running PostgreSQL of its own data directory; stopped and removed when dropped, or when the test process ends in any way.
pub struct Server {
    major: u32,
    port: u16,
    // Before its home: fields are dropped in this order
    process: Mutex<Option<Process>>,
    home: Home,
}

impl Server {
    /// A server of its own, with these settings on top of those of every test server.
    #[track_caller]
    pub fn start(major: u32, settings: &[(&str, &str)]) -> Server {
        Server::start_with(
            major,
            Options {
                settings,
                ..Options::default()
            },
        )
    }

    /// A server of its own, with more to choose than settings.
    #[track_caller]
    pub fn start_with(major: u32, options: Options) -> Server {
        Server::start_in(Home::new(major, &options), major)
    }

    /// A server whose directories stay at `place` for another run, for what takes minutes to make: `make` is called
    /// when no earlier run has come to its end.
    #[allow(dead_code, reason = "for tests/bench")]
    #[track_caller]
    pub fn kept(major: u32, options: Options, place: &Path, make: impl FnOnce(&Server)) -> Server {
        let made = place.join("made");
        if !made.exists() && place.exists() {
            std::fs::remove_dir_all(place).unwrap_or_else(|e| panic!("{}: {e}", place.display()));
        }
        let home = Home::kept(place, major, &options)
            .unwrap_or_else(|e| panic!("no home for PostgreSQL {major}: {e}"));
        let server = Server::start_in(home, major);
        if !made.exists() {
            make(&server);
            server.restart();
            std::fs::write(&made, "").unwrap_or_else(|e| panic!("{}: {e}", made.display()));
        }
        server
    }

    #[track_caller]
    fn start_in(home: Home, major: u32) -> Server {
        let (process, port) = Process::start(&home)
            .unwrap_or_else(|error| panic!("PostgreSQL {major} does not start: {error}"));
        Server {
            major,
            port,
            home,
            process: Mutex::new(Some(process)),
        }
    }

    pub fn major(&self) -> u32 {
        self.major
    }

    pub fn host(&self) -> &'static str {
        "127.0.0.1"
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn superuser(&self) -> &'static str {
        "postgres"
    }

    pub fn data_dir(&self) -> PathBuf {
        self.home.data()
    }

    pub fn socket_dir(&self) -> PathBuf {
        self.home.socket()
    }

    /// A new empty directory of the server's account (for a tablespace), removed with the server.
    pub fn new_directory(&self, name: &str) -> PathBuf {
        self.home.new_directory(name)
    }

    /// Writes a file of the data directory, readable by the server alone.
    #[track_caller]
    pub fn write(&self, name: &str, text: &str) {
        self.home
            .write(name, text)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
    }

    /// Connection parameters of the superuser over TCP, in libpq's key=value form.
    pub fn conninfo(&self, database: &str) -> String {
        conninfo(self.host(), self.port, self.superuser(), database)
    }

    /// What the server has written so far.
    pub fn log(&self) -> String {
        self.home.log()
    }

    /// A connection that stays open until dropped, as superuser over the socket: pg_hba.conf cannot close it out.
    #[track_caller]
    pub fn session(&self, database: &str) -> Session {
        let socket = self.socket_dir();
        Session::open(&conninfo(
            socket.to_str().expect("is UTF-8"),
            self.port,
            self.superuser(),
            database,
        ))
    }

    /// Runs statements as superuser; several in one text are one transaction.
    #[track_caller]
    pub fn run(&self, database: &str, sql: &str) {
        self.session(database).run(sql);
    }

    /// The rows of a query, every value as text.
    #[track_caller]
    pub fn query(&self, database: &str, sql: &str) -> Rows {
        self.session(database).query(sql)
    }

    /// Creates a database whose name begins with `prefix` and that no other call gets; returns its name.
    #[track_caller]
    pub fn create_database(&self, prefix: &str) -> String {
        static COUNT: AtomicU32 = AtomicU32::new(1);
        let name = format!("{prefix}_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        self.run(
            "postgres",
            &format!("CREATE DATABASE \"{}\"", name.replace('"', "\"\"")),
        );
        name
    }

    /// Has the server read its configuration files again; returns when it has.
    #[track_caller]
    pub fn reload(&self) {
        let before = "SELECT pg_conf_load_time()";
        let old = self.query("postgres", before);
        self.run("postgres", "SELECT pg_reload_conf()");
        while self.query("postgres", before) == old {
            std::thread::sleep(process::POLL);
        }
    }

    /// Stops the server as an operator would (fast) and keeps its data: for what a vanished server looks like.
    pub fn stop(&self) {
        if let Some(process) = self.process.lock().unwrap().take() {
            process.stop();
        }
    }

    /// Stops the server if it runs, and starts it again on the same data and port.
    #[track_caller]
    pub fn restart(&self) {
        self.stop();
        let process = Process::start_at(&self.home, self.port);
        let process = process.unwrap_or_else(|error| {
            panic!("PostgreSQL {} does not start again: {error}", self.major)
        });
        *self.process.lock().unwrap() = Some(process);
    }
}

fn conninfo(host: &str, port: u16, user: &str, database: &str) -> String {
    let database = database.replace('\\', "\\\\").replace('\'', "\\'");
    format!("host={host} port={port} user={user} dbname='{database}'")
}

/// The place of the servers, where what is kept between runs can lie.
pub fn place() -> PathBuf {
    home::servers()
}

/// Whether PL/Python can be loaded here: the servers borrow the machine's libpython3.11.
pub fn has_python(major: u32) -> bool {
    home::servers()
        .join(major.to_string())
        .join("lib/libpython3.6m.so.1.0")
        .exists()
}

/// Whether 15 lacks pgbench and the extensions of Debian's packages: pg_cron, pgaudit, orafce, pg_partman, wal2json. Only where whoever
/// runs the tests said so, as FLEXREADY_WITHOUT_PACKAGES tells tests/get-servers.sh too.
#[track_caller]
pub fn goes_without_packages() -> bool {
    let is_there = home::servers().join("15/.debian").exists();
    let is_chosen = env::var_os("FLEXREADY_WITHOUT_PACKAGES").is_some();
    assert!(
        is_there || is_chosen,
        "15 lacks what Debian's packages give: run tests/run.sh"
    );
    !is_there
}
