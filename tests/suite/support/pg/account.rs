//! The operating system account that runs a server.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;

#[derive(Clone, Copy)]
pub(super) struct ServerAccount {
    pub(super) uid: u32,
    pub(super) gid: u32,
}

impl ServerAccount {
    /// Finds an unprivileged account if the tests run as root. Otherwise returns `None`.
    /// PostgreSQL does not run as root, and initdb rejects an account without a name.
    pub(super) fn find_unprivileged() -> io::Result<Option<ServerAccount>> {
        if fs::metadata("/proc/self")?.uid() != 0 {
            return Ok(None);
        }
        let passwd = fs::read_to_string("/etc/passwd")?;
        let account = ["postgres", "nobody"]
            .iter()
            .find_map(|name| ServerAccount::from_passwd(&passwd, name));
        account.map(Some).ok_or_else(|| io::Error::other("PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody"))
    }

    fn from_passwd(passwd: &str, name: &str) -> Option<ServerAccount> {
        let line = passwd
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        let mut ids = line.split(':').skip(1).map(str::parse);
        Some(ServerAccount {
            uid: ids.next()?.ok()?,
            gid: ids.next()?.ok()?,
        })
    }
}
