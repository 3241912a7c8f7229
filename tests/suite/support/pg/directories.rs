//! The directories of a server: data, socket and log, their owner, and the configuration that is written before the
//! start.

use std::fs::{File, OpenOptions, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs, io};

use tempfile::TempDir;

use super::account::ServerAccount;
use super::stub_extensions;

/// Options of a private server.
#[derive(Clone, Copy, Debug, Default)]
pub struct ServerOptions<'a> {
    /// Lines of postgresql.conf, name and value. They override the settings of every test server.
    pub settings: &'a [(&'a str, &'a str)],
    /// The content of pg_hba.conf, except for the socket line through which the tests connect.
    pub hba: Option<&'a str>,
    /// More arguments of initdb, such as `--encoding=LATIN1`.
    pub initdb_args: &'a [&'a str],
    /// Files in the data directory, name and text, that only the server can read: certificates, keys.
    pub files: &'a [(&'a str, &'a str)],
    /// Stub extensions, name and version, that CREATE EXTENSION finds. For extensions without a package.
    pub stub_extensions: &'a [(&'a str, &'a str)],
    /// Adds control files that make every read of pg_available_extensions fail. Only for major version 10.
    pub broken_controls: bool,
}

/// Small and fast instead of durable, with the features that a source can use.
const BASE_SETTINGS: &[(&str, &str)] = &[
    ("listen_addresses", "127.0.0.1"),
    ("fsync", "off"),
    ("synchronous_commit", "off"),
    ("full_page_writes", "off"),
    ("shared_buffers", "16MB"),
    ("autovacuum", "off"),
    ("max_connections", "100"),
    ("wal_level", "logical"),
    ("max_wal_senders", "10"),
    ("max_replication_slots", "10"),
    ("max_prepared_transactions", "10"),
];

const SUPERUSER_HBA_LINE: &str = "local all postgres trust\n";

/// The directories of one server. They are removed on drop, unless they are kept for later runs.
pub(super) struct ServerDirs {
    root: PathBuf,
    /// Removes the directories on drop.
    _temp_dir: Option<TempDir>,
    bin: PathBuf,
    account: Option<ServerAccount>,
}

/// The folder of the servers that `tests/run.sh` downloads.
#[track_caller]
pub(super) fn servers_dir() -> PathBuf {
    let place = env::var_os("FLEXREADY_PG_SERVERS");
    let place = place.expect(
        "FLEXREADY_PG_SERVERS does not say where the PostgreSQL servers are: run tests/run.sh",
    );
    fs::canonicalize(&place)
        .unwrap_or_else(|error| panic!("{}: {error}: run tests/run.sh", place.display()))
}

impl ServerDirs {
    #[track_caller]
    pub(super) fn new(major: u32, options: &ServerOptions) -> ServerDirs {
        ServerDirs::create_temporary(major, options)
            .unwrap_or_else(|error| panic!("no home for PostgreSQL {major}: {error}"))
    }

    fn create_temporary(major: u32, options: &ServerOptions) -> io::Result<ServerDirs> {
        let root = tempfile::Builder::new().prefix("flexready-pg-").tempdir()?;
        let path = root.path().to_owned();
        ServerDirs::create_in(path, Some(root), major, options)
    }

    /// Directories that are kept. Those of an earlier run are used unchanged.
    pub(super) fn open_persistent(
        root: &Path,
        major: u32,
        options: &ServerOptions,
    ) -> io::Result<ServerDirs> {
        if root.join("data").exists() {
            return ServerDirs::with_root(root.to_owned(), None, major);
        }
        fs::create_dir_all(root)?;
        ServerDirs::create_in(root.to_owned(), None, major, options)
    }

    fn with_root(root: PathBuf, temp_dir: Option<TempDir>, major: u32) -> io::Result<ServerDirs> {
        Ok(ServerDirs {
            root,
            _temp_dir: temp_dir,
            bin: servers_dir().join(major.to_string()).join("bin"),
            account: ServerAccount::find_unprivileged()?,
        })
    }

    fn create_in(
        root: PathBuf,
        temp_dir: Option<TempDir>,
        major: u32,
        options: &ServerOptions,
    ) -> io::Result<ServerDirs> {
        let tree = servers_dir().join(major.to_string());
        let mut home = ServerDirs::with_root(root, temp_dir, major)?;
        home.set_owner(home.root())?;
        home.create_directory("socket");
        home.initdb(options.initdb_args)?;
        home.configure(options)?;
        if !options.stub_extensions.is_empty() || options.broken_controls {
            let private_tree = home.root().join("tree");
            stub_extensions::create_private_tree(&tree, &private_tree, options)?;
            home.set_owner(&private_tree)?;
            home.bin = private_tree.join("bin");
        }
        Ok(home)
    }

    fn initdb(&self, arguments: &[&str]) -> io::Result<()> {
        let mut command = self.command(&self.program_path("initdb"));
        command.arg("-D").arg(self.data_dir()).args([
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "-N",
        ]);
        let output = command.args(arguments).stdin(Stdio::null()).output()?;
        if !output.status.success() {
            return Err(io::Error::other(format!(
                "initdb says {}",
                String::from_utf8_lossy(&output.stderr)
            )));
        }
        Ok(())
    }

    fn configure(&self, options: &ServerOptions) -> io::Result<()> {
        let socket = self.socket_dir();
        let own_settings = [(
            "unix_socket_directories",
            socket.to_str().expect("is UTF-8"),
        )];
        let mut conf = fs::read_to_string(self.data_dir().join("postgresql.conf"))?;
        for (name, value) in BASE_SETTINGS
            .iter()
            .chain(&own_settings)
            .chain(options.settings)
        {
            conf += &format!("{name} = '{}'\n", value.replace('\'', "''"));
        }
        self.write_file("postgresql.conf", &conf)?;
        if let Some(hba) = options.hba {
            self.write_file("pg_hba.conf", &format!("{SUPERUSER_HBA_LINE}{hba}\n"))?;
        }
        options
            .files
            .iter()
            .try_for_each(|(name, text)| self.write_file(name, text))
    }

    /// Writes a file in the data directory that only the server account can read.
    pub(super) fn write_file(&self, name: &str, text: &str) -> io::Result<()> {
        let path = self.data_dir().join(name);
        fs::write(&path, text)?;
        fs::set_permissions(&path, Permissions::from_mode(0o600))?;
        self.set_owner(&path)
    }

    fn set_owner(&self, path: &Path) -> io::Result<()> {
        self.account.map_or(Ok(()), |account| {
            chown(path, Some(account.uid), Some(account.gid))
        })
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn data_dir(&self) -> PathBuf {
        self.root().join("data")
    }

    pub(super) fn socket_dir(&self) -> PathBuf {
        self.root().join("socket")
    }

    pub(super) fn program_path(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }

    #[track_caller]
    pub(super) fn create_directory(&self, name: &str) -> PathBuf {
        let path = self.root().join(name);
        fs::create_dir(&path)
            .and_then(|()| self.set_owner(&path))
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        path
    }

    pub(super) fn open_log(&self) -> io::Result<File> {
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.root().join("log"))
    }

    pub(super) fn log(&self) -> String {
        fs::read(self.root().join("log")).map_or_else(
            |error| error.to_string(),
            |log| String::from_utf8_lossy(&log).into_owned(),
        )
    }

    /// A command that runs as the server account without the environment of the tests, because PG* variables would
    /// affect it.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("LC_ALL", "C")
            .env("TZ", "UTC")
            .current_dir(self.root());
        if let Some(account) = self.account {
            command.uid(account.uid).gid(account.gid);
        }
        command
    }
}
