//! Parses keywords with a fixed set of values, and rejects keywords that are not supported.

use std::time::Duration;

use tokio_postgres::config::ChannelBinding;

use super::ConninfoError;
use super::text::Settings;

/// Default of `connect_timeout`, per host.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Value of `target_session_attrs`: which of several hosts is acceptable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    Any,
    ReadWrite,
    ReadOnly,
    Primary,
    Standby,
    PreferStandby,
}

/// Keywords that would make the connection less secure if they were ignored.
/// Each has the value that matters (`None`: any) and what to do instead.
const WEAKENING: &[(&str, Option<&str>, &str)] = &[
    (
        "gssencmode",
        Some("require"),
        "leave it out (unset PGGSSENCMODE) and encrypt with `sslmode=verify-full`",
    ),
    (
        "require_auth",
        None,
        "leave it out (unset PGREQUIREAUTH); `channel_binding=require` holds the server to SCRAM",
    ),
    (
        "requirepeer",
        None,
        "leave it out (unset PGREQUIREPEER), or connect over TCP with `sslmode=verify-full`",
    ),
    (
        "sslcertmode",
        Some("require"),
        "leave it out (unset PGSSLCERTMODE); the certificate in `sslcert` is sent to a server that asks for one",
    ),
    ("sslcrl", None, REVOKED),
    ("sslcrldir", None, REVOKED),
];

const REVOKED: &str = "no revocation list is read; see with psql that the server's certificate is not revoked, then leave \
                       it out (unset PGSSLCRL, PGSSLCRLDIR)";

/// Rejects keywords that would make the connection less secure if they were ignored.
pub(super) fn refuse_unsupported(settings: &Settings) -> Result<(), ConninfoError> {
    let asked = |keyword: &str, matters: Option<&str>| match settings.get(keyword) {
        None | Some("") => false,
        Some(value) => matters.is_none_or(|m| m == value),
    };
    match WEAKENING.iter().find(|(k, m, _)| asked(k, *m)) {
        Some((keyword, _, instead)) => Err(ConninfoError::Unsupported { keyword, instead }),
        None => Ok(()),
    }
}

pub(super) fn connect_timeout(settings: &Settings) -> Result<Option<Duration>, ConninfoError> {
    let Some(text) = settings.get("connect_timeout") else {
        return Ok(Some(CONNECT_TIMEOUT));
    };
    let seconds: i32 = text.trim().parse().map_err(|_| ConninfoError::Value {
        keyword: "connect_timeout",
        expected: "a number of seconds",
    })?;
    Ok(u64::try_from(seconds)
        .ok()
        .filter(|s| *s > 0)
        .map(Duration::from_secs))
}

pub(super) fn wanted(settings: &Settings) -> Result<Wanted, ConninfoError> {
    Ok(
        match settings.get("target_session_attrs").unwrap_or("any") {
            "any" => Wanted::Any,
            "read-write" => Wanted::ReadWrite,
            "read-only" => Wanted::ReadOnly,
            "primary" => Wanted::Primary,
            "standby" => Wanted::Standby,
            "prefer-standby" => Wanted::PreferStandby,
            _ => {
                return Err(ConninfoError::Value {
                    keyword: "target_session_attrs",
                    expected: "any, read-write, read-only, primary, standby or prefer-standby",
                });
            }
        },
    )
}

pub(super) fn channel_binding(settings: &Settings) -> Result<ChannelBinding, ConninfoError> {
    Ok(match settings.get("channel_binding").unwrap_or("prefer") {
        "disable" => ChannelBinding::Disable,
        "prefer" => ChannelBinding::Prefer,
        "require" => ChannelBinding::Require,
        _ => {
            return Err(ConninfoError::Value {
                keyword: "channel_binding",
                expected: "disable, prefer or require",
            });
        }
    })
}
