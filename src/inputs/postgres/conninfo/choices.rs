//! The keywords that choose among a few values.

use std::time::Duration;

use tokio_postgres::config::ChannelBinding;

use super::ConninfoError;
use super::text::Settings;

/// How long one host may take to let us in, unless `connect_timeout` says otherwise.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// `target_session_attrs`: which of several hosts will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    Any,
    ReadWrite,
    ReadOnly,
    Primary,
    Standby,
    PreferStandby,
}

/// What would make the connection weaker than asked for, if it were passed over.
pub(super) fn refuse_unsupported(settings: &Settings) -> Result<(), ConninfoError> {
    if settings.get("gssencmode") == Some("require") {
        return Err(ConninfoError::Unsupported("gssencmode=require"));
    }
    match settings.get("require_auth") {
        Some(_) => Err(ConninfoError::Unsupported("require_auth")),
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
