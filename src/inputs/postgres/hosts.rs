//! Selects one of several hosts by libpq's rules.
//!
//! Hosts are tried in order. The next one is tried if a host cannot be reached or does not match
//! `target_session_attrs`. A rejected sign-in ends the search.

use super::connect::connect;
use super::conninfo::{Access, Wanted};
use super::opening::{Failed, Stage};
use super::refusal::refusal;
use super::session::{Session, State};
use crate::question::{Refusal, RefusalKind};

/// Opens a session on the first host that matches.
pub(super) async fn open(access: &Access, migration_user: &str) -> Result<Session, Refusal> {
    let wishes: &[Wanted] = match access.wanted {
        Wanted::PreferStandby => &[Wanted::Standby, Wanted::Any],
        ref one => std::slice::from_ref(one),
    };
    let mut refused = Vec::new();
    for wanted in wishes {
        refused.clear();
        for endpoint in &access.endpoints {
            match connect(access, endpoint).await {
                Ok(link) => {
                    let session = Session::open(link, migration_user).await?;
                    match mismatch(&session.state, *wanted) {
                        None => return Ok(session),
                        Some(what) => refused.push(refusal(
                            RefusalKind::Unreachable,
                            format!("`{}` {what}", endpoint.name()),
                        )),
                    }
                    session.close().await;
                }
                Err(failed) if is_final(&failed) => return Err(failed.refusal),
                Err(failed) => refused.push(failed.refusal),
            }
        }
    }
    Err(summary(refused))
}

/// Whether no other host is tried. A host that is starting up or shutting down counts as unreachable.
fn is_final(failed: &Failed) -> bool {
    failed.stage == Stage::SignIn && failed.refusal.kind != RefusalKind::Unreachable
}

fn mismatch(state: &State, wanted: Wanted) -> Option<&'static str> {
    let read_only = state.in_recovery || state.read_only;
    match wanted {
        Wanted::ReadWrite if read_only => Some("is read only, and target_session_attrs=read-write"),
        Wanted::ReadOnly if !read_only => {
            Some("is not read only, and target_session_attrs=read-only")
        }
        Wanted::Primary if state.in_recovery => {
            Some("is a standby, and target_session_attrs=primary")
        }
        Wanted::Standby if !state.in_recovery => {
            Some("is no standby, and target_session_attrs=standby")
        }
        _ => None,
    }
}

fn summary(mut refused: Vec<Refusal>) -> Refusal {
    if refused.len() == 1 {
        return refused.remove(0);
    }
    let words: Vec<&str> = refused
        .iter()
        .map(|refusal| refusal.message.as_str())
        .collect();
    refusal(RefusalKind::Unreachable, words.join("; "))
}
