//! Roles, grants and ownership on the source.

mod grants;
mod own_settings;
mod owners;
mod reading;
mod roles;

use super::databases::Databases;
use super::rows::rows;
use super::{Fact, Facts, Missing, session};
use crate::plan::{Migration, SourceServer};
use crate::question::{Answers, Question};

pub use grants::{CatalogGrant, DefaultPrivilege};
pub use own_settings::{OwnSetting, OwnSettings, Scope};
pub use owners::SuperuserOwned;
pub use reading::{GuardedTable, LargeObjects, Unreadable};
pub use roles::{Role, Roles};

/// Roles and privileges of the source. Each part can be missing separately.
#[derive(Debug)]
pub struct Access {
    pub roles: Fact<Roles>,
    /// The role that the migration service signs in as.
    pub migration_user: Fact<Role>,
    pub settings: Fact<OwnSettings>,
    databases: Vec<InDatabase>,
}

/// Roles and privileges in one database.
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
    /// The role that the service signs in as on the source. A login such as `name@server` does not show the role.
    pub fn migration_user(&self) -> Fact<&str> {
        match &self.migration.migration_user {
            Some(user) => Ok(user),
            None => {
                let session = self.session.as_ref().map_err(Clone::clone)?;
                Ok(&session.session_user)
            }
        }
    }

    /// Whether the plan specifies the migration user. Otherwise the connected role is assumed to be the migration user.
    pub fn names_migration_user(&self) -> bool {
        self.migration.migration_user.is_some()
    }
}

impl Access {
    /// The privileges in one database to migrate.
    ///
    /// # Errors
    /// The database does not accept connections, so it could not be queried.
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

/// Questions for the whole server.
pub fn questions(source: &SourceServer) -> Vec<Question> {
    ["roles", "role_settings"]
        .map(|query| Question::on_source(&source.database, query))
        .into()
}

/// Questions for each database.
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

/// Reads the roles and privileges from the answers.
pub fn read(
    migration: &Migration,
    source: &SourceServer,
    databases: Option<&Databases>,
    answers: &Answers,
) -> Access {
    let question = Question::on_source(&source.database, "roles");
    let roles = roles::read(answers, &question);
    let user = match &migration.migration_user {
        Some(user) => Ok(user.clone()),
        None => session::read(source, answers).map(|session| session.session_user),
    };
    let migration_user = roles.as_ref().map_err(Clone::clone).and_then(|all| {
        let user = user?;
        let found = all.find(&user).cloned();
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

/// Without a migration user, the queries about its privileges return empty lists, which would look like sufficient
/// privileges.
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
