//! Management locks. For the target, ARM also returns inherited locks.

use serde_json::Value;

use crate::config::{ServerId, TargetServer};
use crate::facts::Fact;
use crate::facts::arm_reader::{ArmReader, list_items};
use crate::question::{Answers, Question};

const API_VERSION: &str = "2016-09-01";

/// One lock.
#[derive(Debug, Clone)]
pub struct ManagementLock {
    pub name: String,
    /// Resource ID of the lock. It contains the locked scope.
    pub id: String,
    /// `ReadOnly`, `CanNotDelete`.
    pub level: Fact<String>,
    /// Notes that were entered for the lock.
    pub notes: Option<String>,
}

impl ManagementLock {
    /// Resource ID of the locked scope.
    pub fn locked_scope(&self) -> &str {
        let lower = self.id.to_ascii_lowercase();
        let end = lower.find("/providers/microsoft.authorization/");
        &self.id[..end.unwrap_or(self.id.len())]
    }

    /// The subscription of the locked scope.
    pub fn subscription(&self) -> &str {
        self.segment("/subscriptions/").unwrap_or_default()
    }

    /// The resource group of the locked scope. `None` for a lock on a subscription.
    pub fn resource_group(&self) -> Option<&str> {
        self.segment("/resourcegroups/")
    }

    fn segment(&self, before: &str) -> Option<&str> {
        let start = self.locked_scope().to_ascii_lowercase().find(before)? + before.len();
        self.locked_scope()[start..].split('/').next()
    }

    /// Whether the lock prevents this server from being deleted, at any level.
    pub fn covers(&self, server: &ServerId) -> bool {
        let (scope, path) = (
            self.locked_scope().to_ascii_lowercase(),
            server.path().to_ascii_lowercase(),
        );
        path.strip_prefix(scope.trim_end_matches('/'))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Whether the lock also prevents changes.
    pub fn is_read_only(&self) -> Fact<bool> {
        let level = self.level.as_ref()?;
        Ok(level.eq_ignore_ascii_case("ReadOnly"))
    }

    /// Whether the lock is on the server itself.
    pub fn is_on_server(&self) -> bool {
        self.scope_label() == "the server"
    }

    /// The kind of the locked scope, as text.
    pub fn scope_label(&self) -> &'static str {
        match self.locked_scope().to_ascii_lowercase().as_str() {
            on if on.contains("/providers/") => "the server",
            on if on.contains("/resourcegroups/") => "its resource group",
            _ => "its subscription",
        }
    }
}

pub fn question(target: &TargetServer) -> Question {
    Question::Arm {
        path: format!(
            "{}/providers/Microsoft.Authorization/locks",
            target.id.path()
        ),
        api_version: API_VERSION.to_owned(),
        filter: None,
    }
}

pub fn read(target: &TargetServer, answers: &Answers) -> Fact<Vec<ManagementLock>> {
    let question = question(target);
    let lock = |item| {
        let shape = ArmReader::<Value>::item(item, &question, &[])?;
        Ok(ManagementLock {
            name: shape.required("name")?,
            id: shape.required("id")?,
            level: shape.required("properties.level"),
            notes: shape.text("properties.notes", "").ok().flatten(),
        })
    };
    list_items(answers, &question)?.iter().map(lock).collect()
}
