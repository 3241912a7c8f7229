//! Real PostgreSQL servers for tests: one shared server per major version, and private servers with their own settings.
//!
//! `tests/run.sh` downloads the servers and sets `FLEXREADY_PG_SERVERS` to their folder. Major versions 10 to 18 are
//! available.
//! 9.5 and 9.6 are not available as packages, so recorded answers cover them.
//! A test creates a new database on a shared server.
//! A test that changes cluster-wide state (roles, slots, tablespaces, settings) starts a private server.
//!
//! The directories of a server are in [`directories`], its process is in [`process`], SQL is in [`session`].

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

/// The available major versions, in ascending order.
///
/// # Panics
/// If `FLEXREADY_PG_SERVERS` is not set, or its folder has no server.
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

/// The shared server of this major version, started on first use.
///
/// It has `wal_level = logical`, ten replication slots and ten prepared transactions. It stops with the test process.
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

/// A running PostgreSQL server with its own data directory.
/// It is stopped and removed when it is dropped, or when the test process ends for any reason.
pub struct Server {
    major: u32,
    port: u16,
    // Declared before `directories`: fields are dropped in order of declaration.
    process: Mutex<Option<Process>>,
    home: Home,
}

impl Server {
    /// Starts a private server with these settings in addition to those of every test server.
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

    /// Starts a private server with these options.
    #[track_caller]
    pub fn start_with(major: u32, options: Options) -> Server {
        Server::start_in(Home::new(major, &options), major)
    }

    /// Starts a server whose directories stay in `folder` for later runs, because they take minutes to create.
    /// `prepare` is called if no earlier run completed it.
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

    /// Creates an empty directory owned by the server account, for example for a tablespace. It is removed with the
    /// server.
    pub fn new_directory(&self, name: &str) -> PathBuf {
        self.home.new_directory(name)
    }

    /// Writes a file in the data directory that only the server account can read.
    #[track_caller]
    pub fn write(&self, name: &str, text: &str) {
        self.home
            .write(name, text)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
    }

    /// Connection parameters of the superuser over TCP, in libpq's key=value format.
    pub fn conninfo(&self, database: &str) -> String {
        conninfo(self.host(), self.port, self.superuser(), database)
    }

    /// The server log so far.
    pub fn log(&self) -> String {
        self.home.log()
    }

    /// Opens a superuser connection over the socket, which pg_hba.conf cannot reject. It stays open until it is
    /// dropped.
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

    /// Runs statements as superuser. Several statements in one text are one transaction.
    #[track_caller]
    pub fn run(&self, database: &str, sql: &str) {
        self.session(database).run(sql);
    }

    /// The rows of a query, with every value as text.
    #[track_caller]
    pub fn query(&self, database: &str, sql: &str) -> Rows {
        self.session(database).query(sql)
    }

    /// Creates a database with a unique name that starts with `prefix`, and returns the name.
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

    /// Reloads the configuration files, and returns when the server has read them.
    #[track_caller]
    pub fn reload(&self) {
        let before = "SELECT pg_conf_load_time()";
        let old = self.query("postgres", before);
        self.run("postgres", "SELECT pg_reload_conf()");
        while self.query("postgres", before) == old {
            std::thread::sleep(process::POLL);
        }
    }

    /// Stops the server with a fast shutdown and keeps its data, to simulate a server that disappears.
    pub fn stop(&self) {
        if let Some(process) = self.process.lock().unwrap().take() {
            process.stop();
        }
    }

    /// Stops the server if it is running, and starts it again with the same data and port.
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

/// The folder of the servers, which can also hold data that is kept between runs.
pub fn place() -> PathBuf {
    home::servers()
}

/// Whether PL/Python can be loaded: the servers use libpython3.11 of the machine.
pub fn has_python(major: u32) -> bool {
    home::servers()
        .join(major.to_string())
        .join("lib/libpython3.6m.so.1.0")
        .exists()
}

/// Whether server 15 does not have pgbench and the extensions of the Debian packages: pg_cron, pgaudit, orafce,
/// pg_partman, wal2json.
/// This is only allowed if `FLEXREADY_WITHOUT_PACKAGES` is set, which tests/get-servers.sh reads too.
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
