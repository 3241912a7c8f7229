//! Errors in connection parameters.
//!
//! No message repeats a value of the connection string, because it can be part of a password that was not quoted.

/// An error in connection parameters. It is found before the first request and leads to exit code 2.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConninfoError {
    #[error(
        "the connection string is neither a URI (`postgresql://user@host:5432/database`) nor a list of \
         `keyword=value` (`host=… user=… dbname=…`)"
    )]
    UnknownFormat,
    #[error(
        "the connection string has a word without `=`; a value with spaces stands in single quotes, \
         and `'` and `\\` inside it are written `\\'` and `\\\\`"
    )]
    MissingEquals,
    #[error("the connection string has a single quote that is not closed")]
    UnterminatedQuote,
    #[error("{named} libpq does not know; the nearest that it knows is `{nearest}`")]
    UnknownKeyword {
        named: String,
        nearest: &'static str,
    },
    #[error(
        "the connection URI has a `%` that is not followed by two hexadecimal digits, or `%00`; write a literal `%` as `%25`"
    )]
    InvalidPercentEncoding,
    #[error("the connection URI has {0}")]
    InvalidUri(&'static str),
    #[error(
        "`{option} entra` sends a token as the password, so it signs in only to hosts whose names end in `{suffix}`; \
         leave it out for a server elsewhere"
    )]
    TokenForOtherHost {
        option: &'static str,
        suffix: &'static str,
    },
    #[error(
        "`{option} entra` sends a token as the password, so the server must prove who it is: add `sslmode=verify-full \
         sslrootcert=system` to the connection string"
    )]
    TokenForUnverifiedHost { option: &'static str },
    #[error("`{keyword}` must be {expected}")]
    InvalidValue {
        keyword: &'static str,
        expected: &'static str,
    },
    #[error("`{keyword}` names {given} values for {hosts} hosts; give one for all or one for each")]
    CountMismatch {
        keyword: &'static str,
        given: usize,
        hosts: usize,
    },
    #[error(
        "the user to sign in as is not known; give `user` in the connection string, or set PGUSER"
    )]
    MissingUser,
    #[error(
        "`{keyword}` is not supported, and without it the connection would be weaker than asked for; {instead}"
    )]
    Unsupported {
        keyword: &'static str,
        instead: &'static str,
    },
    #[error(
        "the list of revoked certificates `{0}` is not read, and without it the connection would be weaker than asked for; see \
         with psql that the server's certificate is not revoked, then move the file away for this run, or name the trusted \
         certificates with `sslrootcert=system`"
    )]
    UnsupportedRevocationList(String),
    #[error(
        "{0} needs the host's name in `host`; `hostaddr` alone gives nothing to compare the certificate with"
    )]
    MissingHostName(&'static str),
    #[error(
        "the service `{0}` is defined in no service file; looked in {1} (PGSERVICEFILE and PGSYSCONFDIR name others)"
    )]
    UnknownService(String, String),
    #[error("the service file `{file}`, line {line}: {fault}")]
    InvalidServiceFile {
        file: String,
        line: usize,
        fault: String,
    },
    #[error("{what} `{file}` cannot be used: {cause}")]
    UnusableFile {
        what: &'static str,
        file: String,
        cause: String,
    },
    #[error(
        "the root certificate file `{0}` does not exist; sslmode verify-ca and verify-full need one: set sslrootcert \
         to a file of trusted certificates, or to `system` for those that this machine trusts"
    )]
    MissingRootCertificate(String),
    #[error(
        "sslrootcert=system goes with sslmode=verify-full only: anyone can get a certificate from a public authority"
    )]
    SystemRootsNeedVerifyFull,
    /// For callers of [`contains_secret`](super::contains_secret).
    #[error(
        "a password on the command line can be read by every user of this machine and ends in logs; leave it out of \
         the connection string and set PGPASSWORD, or name a password file with PGPASSFILE (default ~/.pgpass), or \
         give the whole connection string in FLEXREADY_SOURCE (the target's in FLEXREADY_TARGET_URL)"
    )]
    PasswordInArgument,
}
