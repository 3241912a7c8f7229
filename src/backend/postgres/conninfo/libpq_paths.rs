//! Default paths of libpq: home directory, configuration files, sockets.
//! Only the environment that is passed in is read, never that of the process.

use std::path::{Path, PathBuf};

/// Looks up an environment variable. Tests pass their own environment.
pub type EnvLookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Returns the value of a variable. An empty value counts as not set.
pub(crate) fn env_value(env: EnvLookup<'_>, name: &str) -> Option<String> {
    env(name).filter(|value| !value.is_empty())
}

/// Returns libpq's home directory: `HOME`, or `%APPDATA%\postgresql` on Windows.
fn home_directory(env: EnvLookup<'_>) -> Option<PathBuf> {
    if cfg!(windows) {
        Some(Path::new(&env_value(env, "APPDATA")?).join("postgresql"))
    } else {
        env_value(env, "HOME").map(PathBuf::from)
    }
}

pub(crate) fn password_file(env: EnvLookup<'_>) -> Option<PathBuf> {
    let name = if cfg!(windows) {
        "pgpass.conf"
    } else {
        ".pgpass"
    };
    home_directory(env).map(|home| home.join(name))
}

/// Returns the default path of `root.crt`, `root.crl`, `postgresql.crt` or `postgresql.key`.
pub(crate) fn tls_file(env: EnvLookup<'_>, name: &str) -> Option<PathBuf> {
    let home = home_directory(env)?;
    Some(if cfg!(windows) {
        home.join(name)
    } else {
        home.join(".postgresql").join(name)
    })
}

pub(crate) fn user_service_file(env: EnvLookup<'_>) -> Option<PathBuf> {
    home_directory(env).map(|home| home.join(".pg_service.conf"))
}

/// Returns the system-wide service files: in `PGSYSCONFDIR`, otherwise in the directories of Debian and of the PGDG
/// packages.
pub(crate) fn system_service_files(env: EnvLookup<'_>) -> Vec<PathBuf> {
    let directories = match env_value(env, "PGSYSCONFDIR") {
        Some(directory) => vec![directory],
        None if cfg!(unix) => vec![
            "/etc/postgresql-common".to_owned(),
            "/etc/sysconfig/pgsql".to_owned(),
        ],
        None => Vec::new(),
    };
    directories
        .iter()
        .map(|d| Path::new(d).join("pg_service.conf"))
        .collect()
}

/// Returns the default host: the first default socket directory with a socket for this port.
/// Without a socket, returns Debian's directory, so that the error message names a path.
/// On systems without sockets, returns `localhost`.
pub(crate) fn default_host(port: u16) -> String {
    const DIRECTORIES: [&str; 2] = ["/var/run/postgresql", "/tmp"];
    if !cfg!(unix) {
        return "localhost".to_owned();
    }
    let has_socket = |directory: &&&str| {
        Path::new(directory)
            .join(format!(".s.PGSQL.{port}"))
            .exists()
    };
    (*DIRECTORIES
        .iter()
        .find(has_socket)
        .unwrap_or(&DIRECTORIES[0]))
    .to_owned()
}

/// Whether `localhost` in a password file also matches this host.
pub(crate) fn is_default_socket(host: &str) -> bool {
    ["/var/run/postgresql", "/run/postgresql", "/tmp"].contains(&host.trim_end_matches('/'))
}
