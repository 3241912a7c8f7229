//! Parses keywords with a fixed set of values, and rejects keywords that are not supported.

use std::time::Duration;

use tokio_postgres::config::ChannelBinding;

use super::ConninfoError;
use super::connection_string::ConninfoParameters;

/// Default of `connect_timeout`, per host.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Value of `target_session_attrs`: which of several hosts is acceptable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TargetSessionAttrs {
    Any,
    ReadWrite,
    ReadOnlySettings,
    Primary,
    Standby,
    PreferStandby,
}

/// Keywords that would make the connection less secure if they were ignored.
/// Each has the value that matters (`None`: any) and what to do instead.
const SECURITY_KEYWORDS: &[(&str, Option<&str>, &str)] = &[
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
    ("sslcrl", None, REVOCATION_ADVICE),
    ("sslcrldir", None, REVOCATION_ADVICE),
];

const REVOCATION_ADVICE: &str = "no revocation list is read; see with psql that the server's certificate is not revoked, then leave \
                       it out (unset PGSSLCRL, PGSSLCRLDIR)";

/// Rejects keywords that would make the connection less secure if they were ignored.
pub(crate) fn reject_unsupported(settings: &ConninfoParameters) -> Result<(), ConninfoError> {
    let is_set = |keyword: &str, matters: Option<&str>| match settings.get(keyword) {
        None | Some("") => false,
        Some(value) => matters.is_none_or(|m| m == value),
    };
    match SECURITY_KEYWORDS.iter().find(|(k, m, _)| is_set(k, *m)) {
        Some((keyword, _, instead)) => Err(ConninfoError::Unsupported { keyword, instead }),
        None => Ok(()),
    }
}

pub(crate) fn connect_timeout(
    settings: &ConninfoParameters,
) -> Result<Option<Duration>, ConninfoError> {
    let Some(text) = settings.get("connect_timeout") else {
        return Ok(Some(CONNECT_TIMEOUT));
    };
    let seconds: i32 = text
        .trim()
        .parse()
        .map_err(|_| ConninfoError::InvalidValue {
            keyword: "connect_timeout",
            expected: "a number of seconds",
        })?;
    Ok(u64::try_from(seconds)
        .ok()
        .filter(|s| *s > 0)
        .map(Duration::from_secs))
}

pub(crate) fn target_session_attrs(
    settings: &ConninfoParameters,
) -> Result<TargetSessionAttrs, ConninfoError> {
    Ok(
        match settings.get("target_session_attrs").unwrap_or("any") {
            "any" => TargetSessionAttrs::Any,
            "read-write" => TargetSessionAttrs::ReadWrite,
            "read-only" => TargetSessionAttrs::ReadOnlySettings,
            "primary" => TargetSessionAttrs::Primary,
            "standby" => TargetSessionAttrs::Standby,
            "prefer-standby" => TargetSessionAttrs::PreferStandby,
            _ => {
                return Err(ConninfoError::InvalidValue {
                    keyword: "target_session_attrs",
                    expected: "any, read-write, read-only, primary, standby or prefer-standby",
                });
            }
        },
    )
}

pub(crate) fn channel_binding(
    settings: &ConninfoParameters,
) -> Result<ChannelBinding, ConninfoError> {
    Ok(match settings.get("channel_binding").unwrap_or("prefer") {
        "disable" => ChannelBinding::Disable,
        "prefer" => ChannelBinding::Prefer,
        "require" => ChannelBinding::Require,
        _ => {
            return Err(ConninfoError::InvalidValue {
                keyword: "channel_binding",
                expected: "disable, prefer or require",
            });
        }
    })
}
