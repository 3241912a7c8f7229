//! Selects one of several hosts by libpq's rules.
//!
//! Hosts are tried in order. The next one is tried if a host cannot be reached or does not match
//! `target_session_attrs`. A rejected sign-in ends the search.

use super::conninfo::{ConnectOptions, TargetSessionAttrs};
use super::dial::{DialError, DialStage, connect_to_host};
use super::session::{PgSession, ServerInfo};
use crate::question::{Failure, FailureKind};

/// Opens a session on the first host that matches.
pub(crate) async fn open_session(
    options: &ConnectOptions,
    migration_user: &str,
) -> Result<PgSession, Failure> {
    let passes: &[TargetSessionAttrs] = match options.target_session_attrs {
        TargetSessionAttrs::PreferStandby => {
            &[TargetSessionAttrs::Standby, TargetSessionAttrs::Any]
        }
        ref one => std::slice::from_ref(one),
    };
    let mut failures = Vec::new();
    for wanted in passes {
        failures.clear();
        for endpoint in &options.endpoints {
            match connect_to_host(options, endpoint).await {
                Ok(link) => {
                    let session = PgSession::open(link, migration_user).await?;
                    match attribute_mismatch(&session.server_info, *wanted) {
                        None => return Ok(session),
                        Some(what) => failures.push(Failure::new(
                            FailureKind::Unreachable,
                            format!("`{}` {what}", endpoint.display_name()),
                        )),
                    }
                    session.close().await;
                }
                Err(error) if ends_search(&error) => return Err(error.failure),
                Err(error) => failures.push(error.failure),
            }
        }
    }
    Err(combine_failures(failures))
}

/// Whether no other host is tried. A host that is starting up or shutting down counts as unreachable.
fn ends_search(error: &DialError) -> bool {
    error.stage == DialStage::SignIn && error.failure.kind != FailureKind::Unreachable
}

fn attribute_mismatch(
    server_info: &ServerInfo,
    required: TargetSessionAttrs,
) -> Option<&'static str> {
    let read_only = server_info.is_in_recovery || server_info.is_read_only_by_default;
    match required {
        TargetSessionAttrs::ReadWrite if read_only => {
            Some("is read only, and target_session_attrs=read-write")
        }
        TargetSessionAttrs::ReadOnlySettings if !read_only => {
            Some("is not read only, and target_session_attrs=read-only")
        }
        TargetSessionAttrs::Primary if server_info.is_in_recovery => {
            Some("is a standby, and target_session_attrs=primary")
        }
        TargetSessionAttrs::Standby if !server_info.is_in_recovery => {
            Some("is no standby, and target_session_attrs=standby")
        }
        _ => None,
    }
}

fn combine_failures(mut failures: Vec<Failure>) -> Failure {
    if failures.len() == 1 {
        return failures.remove(0);
    }
    let messages: Vec<&str> = failures
        .iter()
        .map(|refusal| refusal.message.as_str())
        .collect();
    Failure::new(FailureKind::Unreachable, messages.join("; "))
}
