//! Reads the password file. <https://www.postgresql.org/docs/current/libpq-pgpass.html>
//! It is read once, before the first request.

use std::path::Path;

use secrecy::SecretString;

use super::libpq_paths::is_default_socket;

/// Lines of `host:port:database:user:password`. The first match applies.
#[derive(Debug, Clone, Default)]
pub(crate) struct PasswordFile(Vec<PasswordEntry>);

#[derive(Debug, Clone)]
struct PasswordEntry {
    /// Host, port, database, user. `None` matches any value.
    fields: [Option<String>; 4],
    password: SecretString,
}

impl PasswordFile {
    /// Reads the file. A missing file counts as empty. As in libpq, a file that other users can read, or that is not a
    /// regular file, is ignored with a warning.
    pub(crate) fn read(path: &Path) -> (Self, Option<String>) {
        let Ok(metadata) = std::fs::metadata(path) else {
            return (Self::default(), None);
        };
        let fault = if !metadata.is_file() {
            Some("it is not a plain file".to_owned())
        } else if is_accessible_to_others(&metadata) {
            Some("its group or others have access; `chmod 600` it".to_owned())
        } else {
            None
        };
        match fault.map_or_else(|| std::fs::read(path).map_err(|e| e.to_string()), Err) {
            Ok(bytes) => (Self::parse(&String::from_utf8_lossy(&bytes)), None),
            Err(fault) => {
                let warning = format!("the password file `{}` is ignored: {fault}", path.display());
                (Self::default(), Some(warning))
            }
        }
    }

    fn parse(text: &str) -> Self {
        let lines = text.lines().map(|line| line.trim_end_matches('\r'));
        PasswordFile(
            lines
                .filter(|line| !line.starts_with('#'))
                .filter_map(parse_line)
                .collect(),
        )
    }

    pub(crate) fn password(
        &self,
        host: &str,
        port: u16,
        database: &str,
        user: &str,
    ) -> Option<&SecretString> {
        let host = if host.is_empty() || is_default_socket(host) {
            "localhost"
        } else {
            host
        };
        let key = [host, &port.to_string(), database, user];
        let matches = |entry: &&PasswordEntry| {
            let mut pairs = entry.fields.iter().zip(key);
            pairs.all(|(field, wanted)| field.as_deref().is_none_or(|field| field == wanted))
        };
        self.0
            .iter()
            .find(matches)
            .map(|entry| &entry.password)
            .filter(|p| !secrecy::ExposeSecret::expose_secret(*p).is_empty())
    }
}

/// Parses a line. The first four unescaped colons separate the fields. The rest is the password, including colons.
fn parse_line(line: &str) -> Option<PasswordEntry> {
    let mut fields = [const { None }; 4];
    let mut rest = line;
    for field in &mut fields {
        let mut escaped = false;
        let end = rest.find(|c| {
            let found = c == ':' && !escaped;
            escaped = c == '\\' && !escaped;
            found
        })?;
        *field = (&rest[..end] != "*").then(|| unescape(&rest[..end]));
        rest = &rest[end + 1..];
    }
    Some(PasswordEntry {
        fields,
        password: unescape(rest).into(),
    })
}

fn unescape(text: &str) -> String {
    let mut chars = text.chars();
    let mut plain = String::with_capacity(text.len());
    while let Some(c) = chars.next() {
        plain.push(if c == '\\' {
            chars.next().unwrap_or('\\')
        } else {
            c
        });
    }
    plain
}

#[cfg(unix)]
fn is_accessible_to_others(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o077 != 0
}

#[cfg(not(unix))]
fn open_to_others(_: &std::fs::Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn find_password(
        text: &str,
        host: &str,
        port: u16,
        database: &str,
        user: &str,
    ) -> Option<String> {
        let file = PasswordFile::parse(text);
        file.password(host, port, database, user)
            .map(|p| p.expose_secret().to_owned())
    }

    #[test]
    fn the_first_matching_line_applies() {
        let text = "# comment\n\nh1:5432:d:u:one\nh1:*:*:u:two\n*:*:*:*:three\n";
        assert_eq!(
            find_password(text, "h1", 5432, "d", "u").as_deref(),
            Some("one")
        );
        assert_eq!(
            find_password(text, "h1", 5433, "d", "u").as_deref(),
            Some("two")
        );
        assert_eq!(
            find_password(text, "h2", 5432, "d", "u").as_deref(),
            Some("three")
        );
        assert_eq!(find_password("h1:5432:d:u:one", "h2", 5432, "d", "u"), None);
        assert_eq!(find_password("h1:5432:d:u:", "h1", 5432, "d", "u"), None);
    }

    #[test]
    fn colons_and_backslashes_are_escaped() {
        let text = "\\:\\:1:5432:a\\\\b:u\\:v:p:a\\:s\\\\s\r\n";
        assert_eq!(
            find_password(text, "::1", 5432, "a\\b", "u:v").as_deref(),
            Some("p:a:s\\s")
        );
    }

    #[test]
    fn localhost_matches_the_default_socket() {
        for host in ["", "/var/run/postgresql", "/tmp", "localhost"] {
            assert_eq!(
                find_password("localhost:*:*:*:p", host, 5432, "d", "u").as_deref(),
                Some("p"),
                "{host}"
            );
        }
        assert_eq!(
            find_password("localhost:*:*:*:p", "/other", 5432, "d", "u"),
            None
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_other_users_can_read_is_ignored_with_a_warning() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("pass");
        std::fs::write(&path, "*:*:*:*:canary").unwrap();
        for (mode, read) in [(0o600, true), (0o400, true), (0o640, false), (0o604, false)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            let (file, warning) = PasswordFile::read(&path);
            assert_eq!(file.password("h", 1, "d", "u").is_some(), read, "{mode:o}");
            assert_eq!(warning.is_none(), read, "{mode:o}");
            assert!(!format!("{file:?} {warning:?}").contains("canary"));
        }
        assert!(
            PasswordFile::read(directory.path())
                .1
                .unwrap()
                .contains("not a plain file")
        );
        assert!(
            PasswordFile::read(&directory.path().join("absent"))
                .1
                .is_none()
        );
    }
}
