//! Roles of the source.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::facts::rows::rows;
use crate::facts::{Fact, Missing};
use crate::question::{Answers, Question};

/// One role.
#[derive(Debug, Clone, Deserialize)]
pub struct Role {
    pub name: String,
    oid: u32,
    pub is_superuser: bool,
    pub bypasses_row_security: bool,
    pub replication: bool,
    pub can_login: bool,
    /// Whether the role inherits privileges of roles that it is a member of. Up to version 15, only the role's own
    /// attribute decides this.
    #[serde(default)]
    pub inherits: Option<bool>,
    /// Whether the migration user has the privileges of the role. `None` if the migration user does not exist.
    pub user_has: Option<bool>,
}

/// The first OID of user objects: `FirstNormalObjectId`.
const FIRST_USER_OID: u32 = 16_384;

impl Role {
    /// Whether `initdb` created the role: the bootstrap superuser, or a predefined role such as `pg_monitor`.
    pub fn is_initial(&self) -> bool {
        self.oid < FIRST_USER_OID
    }
}

/// All roles, by name.
#[derive(Debug, Clone)]
pub struct Roles(BTreeMap<String, Role>);

impl Roles {
    pub fn find(&self, name: &str) -> Option<&Role> {
        self.0.get(name)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Role> {
        self.0.values()
    }
}

/// Reads the answer of query `roles`. An empty list is unreadable, because every server has roles.
pub(super) fn read(answers: &Answers, question: &Question) -> Fact<Roles> {
    let all: Vec<Role> = rows(answers, question)?;
    if all.is_empty() {
        return Err(Missing::unreadable(question, "the list of roles is empty"));
    }
    Ok(Roles(
        all.into_iter().map(|r| (r.name.clone(), r)).collect(),
    ))
}
