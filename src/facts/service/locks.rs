//! Management locks. Asked of the target, ARM gives the inherited ones too.

use serde_json::Value;

use crate::facts::Fact;
use crate::facts::shape::{Shape, items};
use crate::plan::{ServerId, Target};
use crate::question::{Answers, Question};

const API_VERSION: &str = "2016-09-01";

/// One lock.
#[derive(Debug, Clone)]
pub struct Lock {
    pub name: String,
    /// Its resource id, which shows what it was put on.
    pub id: String,
    /// `ReadOnly`, `CanNotDelete`.
    pub level: Fact<String>,
    /// What somebody wrote to it.
    pub notes: Option<String>,
}

impl Lock {
    /// The resource id of what it was put on.
    pub fn on(&self) -> &str {
        let lower = self.id.to_ascii_lowercase();
        let end = lower.find("/providers/microsoft.authorization/");
        &self.id[..end.unwrap_or(self.id.len())]
    }

    /// The subscription that it lies in.
    pub fn subscription(&self) -> &str {
        self.segment("/subscriptions/").unwrap_or_default()
    }

    /// The resource group that it was put on, or that its resource is in; `None` for a lock on a subscription.
    pub fn group(&self) -> Option<&str> {
        self.segment("/resourcegroups/")
    }

    fn segment(&self, before: &str) -> Option<&str> {
        let start = self.on().to_ascii_lowercase().find(before)? + before.len();
        self.on()[start..].split('/').next()
    }

    /// Whether it keeps this server from being deleted, of whichever level it is.
    pub fn covers(&self, server: &ServerId) -> bool {
        let (on, path) = (
            self.on().to_ascii_lowercase(),
            server.path().to_ascii_lowercase(),
        );
        path.strip_prefix(on.trim_end_matches('/'))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Whether nothing that it covers may be changed either.
    pub fn is_read_only(&self) -> Fact<bool> {
        let level = self.level.as_ref().map_err(Clone::clone)?;
        Ok(level.eq_ignore_ascii_case("ReadOnly"))
    }

    /// Whether it was put on the server alone.
    pub fn is_on_server(&self) -> bool {
        self.scope() == "the server"
    }

    /// What it was put on, in words.
    pub fn scope(&self) -> &'static str {
        match self.on().to_ascii_lowercase().as_str() {
            on if on.contains("/providers/") => "the server",
            on if on.contains("/resourcegroups/") => "its resource group",
            _ => "its subscription",
        }
    }
}

pub fn question(target: &Target) -> Question {
    Question::Arm {
        path: format!(
            "{}/providers/Microsoft.Authorization/locks",
            target.id.path()
        ),
        api_version: API_VERSION.to_owned(),
        filter: None,
    }
}

pub fn read(target: &Target, answers: &Answers) -> Fact<Vec<Lock>> {
    let question = question(target);
    let lock = |item| {
        let shape = Shape::<Value>::item(item, &question, &[])?;
        Ok(Lock {
            name: shape.required("name")?,
            id: shape.required("id")?,
            level: shape.required("properties.level"),
            notes: shape.field("properties.notes", "").ok().flatten(),
        })
    };
    items(answers, &question)?.iter().map(lock).collect()
}
