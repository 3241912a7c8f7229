//! Where libpq's files lie: home, configuration, sockets. Reads the environment it is given, never the process's own.

use std::path::{Path, PathBuf};

/// A look at the environment, so that tests can have their own.
pub type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The variable's value; an empty one counts as not set.
pub(super) fn variable(env: Env<'_>, name: &str) -> Option<String> {
    env(name).filter(|value| !value.is_empty())
}

/// libpq's home directory: HOME, on Windows `%APPDATA%\postgresql`.
fn home(env: Env<'_>) -> Option<PathBuf> {
    if cfg!(windows) {
        Some(Path::new(&variable(env, "APPDATA")?).join("postgresql"))
    } else {
        variable(env, "HOME").map(PathBuf::from)
    }
}

pub(super) fn password_file(env: Env<'_>) -> Option<PathBuf> {
    let name = if cfg!(windows) {
        "pgpass.conf"
    } else {
        ".pgpass"
    };
    home(env).map(|home| home.join(name))
}

/// `root.crt`, `postgresql.crt` or `postgresql.key` of the user.
pub(super) fn tls_file(env: Env<'_>, name: &str) -> Option<PathBuf> {
    let home = home(env)?;
    Some(if cfg!(windows) {
        home.join(name)
    } else {
        home.join(".postgresql").join(name)
    })
}

pub(super) fn user_service_file(env: Env<'_>) -> Option<PathBuf> {
    home(env).map(|home| home.join(".pg_service.conf"))
}

/// The machine's service files: PGSYSCONFDIR, else where Debian's and the PGDG's packages of libpq have it.
pub(super) fn system_service_files(env: Env<'_>) -> Vec<PathBuf> {
    let directories = match variable(env, "PGSYSCONFDIR") {
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

/// Where a server on this machine has its socket: the first of the usual directories that has one for this port.
/// Without any, Debian's directory, so that the refusal names a place; where there are no sockets, `localhost`.
pub(super) fn default_host(port: u16) -> String {
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

/// Whether a password file's `localhost` stands for this host as well.
pub(super) fn is_default_socket(host: &str) -> bool {
    ["/var/run/postgresql", "/run/postgresql", "/tmp"].contains(&host.trim_end_matches('/'))
}
