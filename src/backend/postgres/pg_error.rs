//! Converts errors of tokio-postgres into a [`Failure`], with the server's message on one line.

use tokio_postgres::Error;
use tokio_postgres::error::DbError;

use crate::question::{Failure, FailureKind, Side};

const PASSWORD_MISSING: &str = "the server asks for a password and none is known";

/// Converts an error of tokio-postgres: an error response of the server, or a failed connection.
pub(crate) fn from_error(error: &Error) -> Failure {
    match error.as_db_error() {
        Some(answer) => from_db_error(answer),
        None => from_client_error(error),
    }
}

/// Adds how to provide a password to the message about a missing one. `PGPASSWORD` only applies to the source.
pub(crate) fn with_password_advice(failure: Failure, side: Side) -> Failure {
    let advice = match side {
        Side::Source => "set PGPASSWORD, or name a password file with PGPASSFILE",
        Side::Target => {
            "PGPASSWORD is the source's alone: give the whole connection string, with its password, in FLEXREADY_TARGET_URL \
             instead of `--target-url`, name a password file with PGPASSFILE, or say `target_password_env` or \
             `target_password_file` in a plan"
        }
    };
    let told = format!("{PASSWORD_MISSING}; {advice}");
    Failure {
        message: failure.message.replace(PASSWORD_MISSING, &told),
        ..failure
    }
}

fn from_db_error(error: &DbError) -> Failure {
    let state = error.code().code();
    let mut message = error.message().to_owned();
    for (label, text) in [("detail", error.detail()), ("hint", error.hint())] {
        if let Some(text) = text {
            message.push_str(&format!("; {label}: {text}"));
        }
    }
    Failure {
        kind: failure_kind(state),
        status: Some(state.to_owned()),
        code: condition_name(state).map(str::to_owned),
        message: message.split_whitespace().collect::<Vec<_>>().join(" "),
    }
}

fn from_client_error(error: &Error) -> Failure {
    let cause = root_cause(error);
    if error.is_closed() {
        return Failure::new(
            FailureKind::Unreachable,
            "the connection was lost before the answer came",
        );
    }
    match error.to_string().as_str() {
        "invalid configuration" if cause == "password missing" => {
            Failure::new(FailureKind::Unauthenticated, PASSWORD_MISSING)
        }
        "authentication error" => {
            Failure::new(FailureKind::Unauthenticated, sign_in_advice(&cause))
        }
        "error communicating with the server" => Failure::new(
            FailureKind::Unreachable,
            format!("the connection broke: {cause}"),
        ),
        _ => Failure::new(
            FailureKind::Malformed,
            format!("the answer is not PostgreSQL's protocol: {cause}"),
        ),
    }
}

fn sign_in_advice(cause: &str) -> String {
    let way_out = match cause {
        "unsupported authentication method" => {
            "the server wants Kerberos or SSPI; give this user password authentication (scram-sha-256) in pg_hba.conf"
        }
        "unsupported SASL mechanism" => {
            "the server wants a sign-in other than SCRAM-SHA-256; give this user scram-sha-256 in pg_hba.conf"
        }
        "server did not use channel binding" => {
            "channel_binding=require, but the server offers none: it needs TLS and a password stored as SCRAM-SHA-256"
        }
        _ => return format!("the sign-in failed: {cause}"),
    };
    way_out.to_owned()
}

/// Returns the text of the root cause. The errors around it only name the operation.
fn root_cause(error: &Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

/// Maps an SQLSTATE to a kind. <https://www.postgresql.org/docs/current/errcodes-appendix.html>
fn failure_kind(state: &str) -> FailureKind {
    match state {
        "42501" => FailureKind::Forbidden,
        "3D000" => FailureKind::NotFound,
        "57014" | "55P03" | "25P03" | "25P04" => FailureKind::Timeout,
        "53300" => FailureKind::Busy,
        state if state.starts_with("28") => FailureKind::Unauthenticated,
        state if state.starts_with("08") || state.starts_with("57P") => FailureKind::Unreachable,
        _ => FailureKind::Server,
    }
}

/// Returns the condition name of an SQLSTATE that a query on the catalogs can cause.
fn condition_name(state: &str) -> Option<&'static str> {
    Some(match state {
        "0A000" => "feature_not_supported",
        "22021" => "character_not_in_repertoire",
        "22P05" => "untranslatable_character",
        "25006" => "read_only_sql_transaction",
        "28000" => "invalid_authorization_specification",
        "28P01" => "invalid_password",
        "3D000" => "invalid_catalog_name",
        "42501" => "insufficient_privilege",
        "42601" => "syntax_error",
        "42703" => "undefined_column",
        "42704" => "undefined_object",
        "42883" => "undefined_function",
        "42P01" => "undefined_table",
        "53300" => "too_many_connections",
        "55000" => "object_not_in_prerequisite_state",
        "55P03" => "lock_not_available",
        "57014" => "query_canceled",
        "57P01" => "admin_shutdown",
        "57P02" => "crash_shutdown",
        "57P03" => "cannot_connect_now",
        "57P04" => "database_dropped",
        "XX000" => "internal_error",
        _ => return None,
    })
}
