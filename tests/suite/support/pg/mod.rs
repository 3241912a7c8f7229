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
mod directories;
mod process;
mod session;
mod stub_extensions;

use std::env;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};

use directories::ServerDirs;
use process::ServerProcess;

pub use directories::ServerOptions;
pub use session::{SqlSession, TextRows};

const FIRST_MAJOR: u32 = 10;
const LAST_MAJOR: u32 = 18;

/// The available major versions, in ascending order.
///
/// # Panics
/// If `FLEXREADY_PG_SERVERS` is not set, or its folder has no server.
#[track_caller]
pub fn majors() -> Vec<u32> {
    let folder = directories::servers_dir();
    let found: Vec<u32> = (FIRST_MAJOR..=LAST_MAJOR)
        .filter(|major| folder.join(major.to_string()).join("bin/postgres").exists())
        .collect();
    assert!(
        !found.is_empty(),
        "no PostgreSQL server lies in {}: run tests/run.sh",
        folder.display()
    );
    found
}

/// The shared server of this major version, started on first use.
///
/// It has `wal_level = logical`, ten replication slots and ten prepared transactions. It stops with the test process.
#[track_caller]
pub fn server(major: u32) -> &'static PgServer {
    static SHARED: [OnceLock<PgServer>; (LAST_MAJOR - FIRST_MAJOR + 1) as usize] =
        [const { OnceLock::new() }; (LAST_MAJOR - FIRST_MAJOR + 1) as usize];
    let slot = major
        .checked_sub(FIRST_MAJOR)
        .and_then(|place| SHARED.get(place as usize));
    slot.unwrap_or_else(|| panic!("no server of PostgreSQL {major} is known"))
        .get_or_init(|| PgServer::start(major, &[]))
}

/// A running PostgreSQL server with its own data directory.
/// It is stopped and removed when it is dropped, or when the test process ends for any reason.
pub struct PgServer {
    major: u32,
    port: u16,
    // Declared before `directories`: fields are dropped in order of declaration.
    process: Mutex<Option<ServerProcess>>,
    directories: ServerDirs,
}

impl PgServer {
    /// Starts a private server with these settings in addition to those of every test server.
    #[track_caller]
    pub fn start(major: u32, settings: &[(&str, &str)]) -> PgServer {
        PgServer::start_with_options(
            major,
            ServerOptions {
                settings,
                ..ServerOptions::default()
            },
        )
    }

    /// Starts a private server with these options.
    #[track_caller]
    pub fn start_with_options(major: u32, options: ServerOptions) -> PgServer {
        PgServer::start_in(ServerDirs::new(major, &options), major)
    }

    /// Starts a server whose directories stay in `folder` for later runs, because they take minutes to create.
    /// `prepare` is called if no earlier run completed it.
    #[allow(dead_code, reason = "for tests/bench")]
    #[track_caller]
    pub fn start_persistent(
        major: u32,
        options: ServerOptions,
        folder: &Path,
        prepare: impl FnOnce(&PgServer),
    ) -> PgServer {
        let done_marker = folder.join("made");
        if !done_marker.exists() && folder.exists() {
            std::fs::remove_dir_all(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
        }
        let home = ServerDirs::open_persistent(folder, major, &options)
            .unwrap_or_else(|e| panic!("no home for PostgreSQL {major}: {e}"));
        let server = PgServer::start_in(home, major);
        if !done_marker.exists() {
            prepare(&server);
            server.restart();
            std::fs::write(&done_marker, "")
                .unwrap_or_else(|e| panic!("{}: {e}", done_marker.display()));
        }
        server
    }

    #[track_caller]
    fn start_in(directories: ServerDirs, major: u32) -> PgServer {
        let (process, port) = ServerProcess::start(&directories)
            .unwrap_or_else(|error| panic!("PostgreSQL {major} does not start: {error}"));
        PgServer {
            major,
            port,
            directories,
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
        self.directories.data_dir()
    }

    pub fn socket_dir(&self) -> PathBuf {
        self.directories.socket_dir()
    }

    /// Creates an empty directory owned by the server account, for example for a tablespace. It is removed with the
    /// server.
    pub fn create_directory(&self, name: &str) -> PathBuf {
        self.directories.create_directory(name)
    }

    /// Writes a file in the data directory that only the server account can read.
    #[track_caller]
    pub fn write_file(&self, name: &str, text: &str) {
        self.directories
            .write_file(name, text)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
    }

    /// Connection parameters of the superuser over TCP, in libpq's key=value format.
    pub fn conninfo(&self, database: &str) -> String {
        conninfo(self.host(), self.port, self.superuser(), database)
    }

    /// The server log so far.
    pub fn log(&self) -> String {
        self.directories.log()
    }

    /// Opens a superuser connection over the socket, which pg_hba.conf cannot reject. It stays open until it is
    /// dropped.
    #[track_caller]
    pub fn open_session(&self, database: &str) -> SqlSession {
        let socket = self.socket_dir();
        SqlSession::open(&conninfo(
            socket.to_str().expect("is UTF-8"),
            self.port,
            self.superuser(),
            database,
        ))
    }

    /// Runs statements as superuser. Several statements in one text are one transaction.
    #[track_caller]
    pub fn run(&self, database: &str, sql: &str) {
        self.open_session(database).run(sql);
    }

    /// The rows of a query, with every value as text.
    #[track_caller]
    pub fn query(&self, database: &str, sql: &str) -> TextRows {
        self.open_session(database).query(sql)
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
        let load_time_sql = "SELECT pg_conf_load_time()";
        let old = self.query("postgres", load_time_sql);
        self.run("postgres", "SELECT pg_reload_conf()");
        while self.query("postgres", load_time_sql) == old {
            std::thread::sleep(process::POLL_INTERVAL);
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
        let process = ServerProcess::start_at(&self.directories, self.port);
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
pub fn servers_dir() -> PathBuf {
    directories::servers_dir()
}

/// Whether PL/Python can be loaded: the servers use libpython3.11 of the machine.
pub fn has_python(major: u32) -> bool {
    directories::servers_dir()
        .join(major.to_string())
        .join("lib/libpython3.6m.so.1.0")
        .exists()
}

/// Whether server 15 does not have pgbench and the extensions of the Debian packages: pg_cron, pgaudit, orafce,
/// pg_partman, wal2json.
/// This is only allowed if `FLEXREADY_WITHOUT_PACKAGES` is set, which tests/get-servers.sh reads too.
#[track_caller]
pub fn lacks_debian_packages() -> bool {
    let has_packages = directories::servers_dir().join("15/.debian").exists();
    let is_allowed = env::var_os("FLEXREADY_WITHOUT_PACKAGES").is_some();
    assert!(
        has_packages || is_allowed,
        "15 lacks what Debian's packages give: run tests/run.sh"
    );
    !has_packages
}
