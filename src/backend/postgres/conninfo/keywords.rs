//! All connection string keywords of libpq 18 with their environment variables.

use super::ConninfoError;

/// Keyword and environment variable. Unused keywords are accepted so that a string for psql also works here.
/// Source: <https://www.postgresql.org/docs/current/libpq-connect.html> and `libpq-envars.html`.
pub(crate) const KEYWORDS: &[(&str, Option<&str>)] = &[
    ("application_name", None),
    ("channel_binding", Some("PGCHANNELBINDING")),
    ("client_encoding", None),
    ("connect_timeout", Some("PGCONNECT_TIMEOUT")),
    ("dbname", Some("PGDATABASE")),
    ("fallback_application_name", None),
    ("gssdelegation", None),
    ("gssencmode", Some("PGGSSENCMODE")),
    ("gsslib", None),
    ("host", Some("PGHOST")),
    ("hostaddr", Some("PGHOSTADDR")),
    ("keepalives", None),
    ("keepalives_count", None),
    ("keepalives_idle", None),
    ("keepalives_interval", None),
    ("krbsrvname", None),
    ("load_balance_hosts", None),
    ("max_protocol_version", None),
    ("min_protocol_version", None),
    ("oauth_client_id", None),
    ("oauth_client_secret", None),
    ("oauth_issuer", None),
    ("oauth_scope", None),
    ("options", Some("PGOPTIONS")),
    ("passfile", Some("PGPASSFILE")),
    ("password", Some("PGPASSWORD")),
    ("port", Some("PGPORT")),
    ("replication", None),
    ("require_auth", Some("PGREQUIREAUTH")),
    ("requirepeer", Some("PGREQUIREPEER")),
    ("requiressl", None),
    ("scram_client_key", None),
    ("scram_server_key", None),
    ("service", Some("PGSERVICE")),
    ("servicefile", Some("PGSERVICEFILE")),
    ("ssl_max_protocol_version", Some("PGSSLMAXPROTOCOLVERSION")),
    ("ssl_min_protocol_version", Some("PGSSLMINPROTOCOLVERSION")),
    ("sslcert", Some("PGSSLCERT")),
    ("sslcertmode", Some("PGSSLCERTMODE")),
    ("sslcompression", None),
    ("sslcrl", Some("PGSSLCRL")),
    ("sslcrldir", Some("PGSSLCRLDIR")),
    ("sslkey", Some("PGSSLKEY")),
    ("sslkeylogfile", None),
    ("sslmode", Some("PGSSLMODE")),
    ("sslnegotiation", Some("PGSSLNEGOTIATION")),
    ("sslpassword", None),
    ("sslrootcert", Some("PGSSLROOTCERT")),
    ("sslsni", Some("PGSSLSNI")),
    ("target_session_attrs", Some("PGTARGETSESSIONATTRS")),
    ("tcp_user_timeout", None),
    ("user", Some("PGUSER")),
];

/// Keywords whose values are secrets.
pub(crate) const SECRET_KEYWORDS: &[&str] = &[
    "password",
    "sslpassword",
    "oauth_client_secret",
    "scram_client_key",
    "scram_server_key",
];

/// Finds a keyword in the table.
///
/// If `after_secret` is true, the string has a secret before this position. The name can then be the rest of a password
/// with a space or `&`, so the error does not repeat it.
pub(crate) fn find_keyword(name: &str, after_secret: bool) -> Result<&'static str, ConninfoError> {
    if let Some((keyword, _)) = KEYWORDS.iter().find(|(k, _)| *k == name) {
        return Ok(keyword);
    }
    let named = if after_secret {
        "after the password stands a keyword that".to_owned()
    } else {
        format!("`{name}` is a keyword that")
    };
    let nearest = nearest_keyword(name);
    Err(ConninfoError::UnknownKeyword { named, nearest })
}

fn nearest_keyword(name: &str) -> &'static str {
    let name = name.to_lowercase();
    let likeness = |keyword: &str| strsim::jaro_winkler(keyword, &name);
    KEYWORDS
        .iter()
        .map(|(keyword, _)| *keyword)
        .max_by(|a, b| likeness(a).total_cmp(&likeness(b)))
        .expect("the table is not empty")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_suggests_the_nearest_keyword() {
        assert_eq!(nearest_keyword("sslmod"), "sslmode");
        assert_eq!(nearest_keyword("database"), "dbname");
        assert_eq!(nearest_keyword("pasword"), "password");
        assert_eq!(nearest_keyword("hostname"), "host");
    }

    #[test]
    fn a_possible_part_of_a_password_is_not_repeated() {
        let error = find_keyword("canary", true).unwrap_err().to_string();
        assert!(!error.contains("canary"), "{error}");
        assert!(
            find_keyword("canary", false)
                .unwrap_err()
                .to_string()
                .contains("canary")
        );
    }
}
