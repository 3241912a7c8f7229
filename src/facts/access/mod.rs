//! Roles, grants and ownership on the source, one part a module.
//! Not here: passwords (`roles`), who asks (`session`), where the source runs (`provider`).

mod grants;
mod own_settings;
mod owners;
mod reading;
mod roles;

use super::databases::Databases;
use super::rows::rows;
use super::{Fact, Facts, Missing};
use crate::plan::{Migration, SourceServer};
use crate::question::{Answers, Question};

pub use grants::{CatalogGrant, DefaultPrivilege};
pub use own_settings::{OwnSetting, OwnSettings, Scope};
pub use owners::SuperuserOwned;
pub use reading::{GuardedTable, LargeObjects, Unreadable};
pub use roles::{Role, Roles};

/// What is known of it, each part for itself.
#[derive(Debug)]
pub struct Access {
    pub roles: Fact<Roles>,
    /// The role that the service signs in as.
    pub migration_user: Fact<Role>,
    pub settings: Fact<OwnSettings>,
    databases: Vec<InDatabase>,
}

/// What is known of one database.
#[derive(Debug)]
pub struct InDatabase {
    pub name: String,
    pub unreadable: Fact<Vec<Unreadable>>,
    pub large_objects: Fact<Vec<LargeObjects>>,
    pub guarded: Fact<Vec<GuardedTable>>,
    pub superuser_owned: Fact<Vec<SuperuserOwned>>,
    pub catalog_grants: Fact<Vec<CatalogGrant>>,
    pub default_privileges: Fact<Vec<DefaultPrivilege>>,
}

impl Facts<'_> {
    /// Whom the service signs in as on the source.
    pub fn migration_user(&self) -> Fact<&str> {
        let source = self.migration.source.as_ref();
        let source = source.ok_or_else(Missing::no_source)?;
        Ok(self
            .migration
            .migration_user
            .as_deref()
            .unwrap_or(&source.user))
    }
}

impl Access {
    /// What is known of a database that the migration takes.
    ///
    /// # Errors
    /// When it could not be asked, as it takes no connections.
    pub fn in_database(&self, name: &str) -> Fact<&InDatabase> {
        let found = self.databases.iter().find(|d| d.name == name);
        found.ok_or_else(|| {
            Missing::not_said(
                format!(
                    "no connections are let into database `{name}`, so nothing there can be read"
                ),
                "allow connections there",
            )
        })
    }
}

/// What is asked of the server as a whole.
pub fn questions(source: &SourceServer) -> Vec<Question> {
    ["roles", "role_settings"]
        .map(|query| Question::on_source(&source.database, query))
        .into()
}

/// What is asked in each database.
pub fn questions_in(database: &str) -> Vec<Question> {
    [
        "unreadable",
        "large_objects_unreadable",
        "row_security",
        "superuser_owned",
        "catalog_grants",
        "default_privileges",
    ]
    .map(|query| Question::on_source(database, query))
    .into()
}

/// Reads all of it.
pub fn read(
    migration: &Migration,
    source: &SourceServer,
    databases: Option<&Databases>,
    answers: &Answers,
) -> Access {
    let question = Question::on_source(&source.database, "roles");
    let roles = roles::read(answers, &question);
    let user = migration.migration_user.as_deref().unwrap_or(&source.user);
    let migration_user = roles.as_ref().map_err(Clone::clone).and_then(|all| {
        let found = all.find(user).cloned();
        found.ok_or_else(|| Missing::unreadable(&question, format!("there is no role `{user}`")))
    });
    let names = databases.map(Databases::to_ask).unwrap_or_default();
    let databases = names.into_iter();
    let databases = databases.map(|name| in_database(name, migration_user.as_ref().err(), answers));
    Access {
        settings: own_settings::read(
            answers,
            &Question::on_source(&source.database, "role_settings"),
        ),
        databases: databases.collect(),
        roles,
        migration_user,
    }
}

/// Without the migration user the answers about its rights are empty lists, which would look like rights.
fn in_database(name: &str, no_user: Option<&Missing>, answers: &Answers) -> InDatabase {
    let known = || no_user.map_or(Ok(()), |missing| Err(missing.clone()));
    let of = |query| Question::on_source(name, query);
    InDatabase {
        name: name.to_owned(),
        unreadable: known().and_then(|()| rows(answers, &of("unreadable"))),
        large_objects: known().and_then(|()| rows(answers, &of("large_objects_unreadable"))),
        guarded: known().and_then(|()| rows(answers, &of("row_security"))),
        superuser_owned: rows(answers, &of("superuser_owned")),
        catalog_grants: rows(answers, &of("catalog_grants")),
        default_privileges: known().and_then(|()| rows(answers, &of("default_privileges"))),
    }
}
