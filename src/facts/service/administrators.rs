//! Microsoft Entra administrators of the target. Read only if Entra authentication is enabled and the source can have
//! Entra roles.

use serde_json::Value;

use super::below;
use crate::facts::Fact;
use crate::facts::server::Server;
use crate::facts::shape::{Shape, items};
use crate::plan::{Migration, Scope, SourceKind, Target};
use crate::question::{Answers, Question};

/// Whether a source of this kind can have Entra roles. An unspecified kind can.
pub fn may_have_entra_roles(kind: Option<SourceKind>) -> bool {
    matches!(
        kind,
        None | Some(
            SourceKind::PostgresqlFlexibleServer
                | SourceKind::PostgresqlSingleServer
                | SourceKind::PostgresqlCosmosDb
        )
    )
}

/// `None` until it is known that Entra authentication is enabled, and if no check needs the answer.
pub fn question(migration: &Migration, target: &Target, server: &Fact<Server>) -> Option<Question> {
    let is_needed = migration.scope == Scope::Pair
        && may_have_entra_roles(migration.source.as_ref().and_then(|s| s.kind));
    let is_on = is_on(server) == Ok(true);
    (is_needed && is_on).then(|| below(target, "administrators"))
}

fn is_on(server: &Fact<Server>) -> Fact<bool> {
    let server = server.as_ref().map_err(Clone::clone)?;
    server.auth.as_ref().map_err(Clone::clone)?.entra.clone()
}

pub fn read(
    migration: &Migration,
    target: &Target,
    server: &Fact<Server>,
    answers: &Answers,
) -> Fact<Vec<String>> {
    if !is_on(server)? {
        return Ok(Vec::new());
    }
    let question =
        question(migration, target, server).unwrap_or_else(|| below(target, "administrators"));
    items(answers, &question)?
        .iter()
        .map(|item| {
            Shape::<Value>::item(item, &question, &[])?.required("properties.principalName")
        })
        .collect()
}
