//! Microsoft Entra administrators of the target. Read only if Entra authentication is enabled and the source can have
//! Entra roles.

use serde_json::Value;

use super::child_question;
use crate::config::{Migration, MigrationScope, SourceKind, TargetServer};
use crate::facts::Fact;
use crate::facts::arm_reader::{ArmReader, list_items};
use crate::facts::target::server::Server;
use crate::question::{Answers, Question};

/// Whether a source of this kind can have Entra roles. An unspecified kind can.
pub fn can_have_entra_roles(kind: Option<SourceKind>) -> bool {
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
pub fn question(
    migration: &Migration,
    target: &TargetServer,
    server: &Fact<Server>,
) -> Option<Question> {
    let is_needed = migration.scope == MigrationScope::Pair
        && can_have_entra_roles(migration.source.as_ref().and_then(|s| s.kind));
    let is_on = is_entra_enabled(server) == Ok(true);
    (is_needed && is_on).then(|| child_question(target, "administrators"))
}

fn is_entra_enabled(server: &Fact<Server>) -> Fact<bool> {
    let server = server.as_ref()?;
    server.authentication.as_ref()?.is_entra_enabled.clone()
}

pub fn read(
    migration: &Migration,
    target: &TargetServer,
    server: &Fact<Server>,
    answers: &Answers,
) -> Fact<Vec<String>> {
    if !is_entra_enabled(server)? {
        return Ok(Vec::new());
    }
    let question = question(migration, target, server)
        .unwrap_or_else(|| child_question(target, "administrators"));
    list_items(answers, &question)?
        .iter()
        .map(|item| {
            ArmReader::<Value>::item(item, &question, &[])?.required("properties.principalName")
        })
        .collect()
}
