//! Parameters set for a role, a database, or a role in a database (`pg_db_role_setting`).

use serde::Deserialize;

use crate::facts::rows::rows;
use crate::facts::{Fact, Missing};
use crate::question::{Answers, Question};

/// One parameter value from `pg_db_role_setting`.
#[derive(Debug, Clone, Deserialize)]
pub struct OwnSetting {
    database: Option<String>,
    role: Option<String>,
    pub name: String,
    /// `None` for application-defined parameters, whose values can be secrets.
    pub value: Option<String>,
    total: u64,
}

/// Which sessions a setting applies to. Later variants override earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope<'s> {
    /// `ALTER ROLE ALL`.
    AllRoles,
    Database(&'s str),
    Role(&'s str),
    RoleIn {
        role: &'s str,
        database: &'s str,
    },
}

impl OwnSetting {
    pub fn scope(&self) -> Scope<'_> {
        match (&self.role, &self.database) {
            (None, None) => Scope::AllRoles,
            (None, Some(database)) => Scope::Database(database),
            (Some(role), None) => Scope::Role(role),
            (Some(role), Some(database)) => Scope::RoleIn { role, database },
        }
    }
}

impl Scope<'_> {
    /// Whether the setting applies to a session of this role in this database.
    pub fn covers(&self, role: &str, database: &str) -> bool {
        match self {
            Scope::AllRoles => true,
            Scope::Database(d) => *d == database,
            Scope::Role(r) => *r == role,
            Scope::RoleIn {
                role: r,
                database: d,
            } => *r == role && *d == database,
        }
    }

    pub fn role(&self) -> Option<&str> {
        match self {
            Scope::Role(role) | Scope::RoleIn { role, .. } => Some(role),
            Scope::AllRoles | Scope::Database(_) => None,
        }
    }

    pub fn database(&self) -> Option<&str> {
        match self {
            Scope::Database(database) | Scope::RoleIn { database, .. } => Some(database),
            Scope::AllRoles | Scope::Role(_) => None,
        }
    }
}

/// All settings, those of the migration user first.
#[derive(Debug, Clone)]
pub struct OwnSettings {
    all: Vec<OwnSetting>,
    left_off: Option<Missing>,
}

impl OwnSettings {
    pub fn iter(&self) -> impl Iterator<Item = &OwnSetting> {
        self.all.iter()
    }

    /// Why the list is incomplete, if it is. The migration user's own settings are always complete.
    pub fn left_off(&self) -> Option<&Missing> {
        self.left_off.as_ref()
    }

    /// The setting that applies to a new session of this role in this database. `None`: the server's value applies.
    pub fn effective(&self, name: &str, role: &str, database: &str) -> Option<&OwnSetting> {
        let covering = self
            .all
            .iter()
            .filter(|s| s.name == name && s.scope().covers(role, database));
        covering.max_by_key(|s| s.scope())
    }
}

/// Reads the answer of query `role_settings`.
pub(super) fn read(answers: &Answers, question: &Question) -> Fact<OwnSettings> {
    let all: Vec<OwnSetting> = rows(answers, question)?;
    let total = all.first().map_or(0, |s| s.total);
    let left_off = (total > all.len() as u64).then(|| {
        let reason = format!("only the first {} of {total} settings were read", all.len());
        Missing::unreadable(question, reason)
    });
    Ok(OwnSettings { all, left_off })
}
