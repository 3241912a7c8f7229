//! Roles, grants and ownership on the source.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::source_databases::SourceDatabases;
use super::source_session;
use crate::config::{Migration, SourceServer};
use crate::facts::sql_reader::read_rows;
use crate::facts::{Fact, Facts, Missing, PerDatabase};
use crate::question::{Answers, Question};

/// Roles and privileges of the source. Each part can be missing separately.
#[derive(Debug)]
pub struct SourcePrivileges {
    pub roles: Fact<SourceRoles>,
    /// The role that the migration service signs in as.
    pub migration_user: Fact<SourceRole>,
    pub role_settings: Fact<RoleSettings>,
    pub databases: PerDatabase<DatabasePrivileges>,
}

/// Roles and privileges in one database.
#[derive(Debug)]
pub struct DatabasePrivileges {
    pub unreadable_schemas: Fact<Vec<UnreadableSchema>>,
    pub unreadable_large_objects: Fact<Vec<UnreadableLargeObjects>>,
    pub row_security_tables: Fact<Vec<RowSecurityTable>>,
    pub superuser_owned: Fact<Vec<SuperuserOwnership>>,
    pub catalog_grants: Fact<Vec<CatalogGrant>>,
    pub default_privileges: Fact<Vec<DefaultPrivilege>>,
}

impl Facts<'_> {
    /// The role that the service signs in as on the source. A login such as `name@server` does not show the role.
    pub fn migration_user(&self) -> Fact<&str> {
        match &self.migration.migration_user {
            Some(user) => Ok(user),
            None => {
                let session = self.session.as_ref()?;
                Ok(&session.session_user)
            }
        }
    }

    /// Whether the plan specifies the migration user. Otherwise the connected role is assumed to be the migration user.
    pub fn has_explicit_migration_user(&self) -> bool {
        self.migration.migration_user.is_some()
    }
}

fn database_without_connections(name: &str) -> Missing {
    Missing::not_specified(
        format!("no connections are let into database `{name}`, so nothing there can be read"),
        "allow connections there",
    )
    .with_database(name)
}

/// Questions for the whole server.
pub fn questions(source: &SourceServer) -> Vec<Question> {
    ["roles", "role_settings"]
        .map(|query| Question::on_source(&source.database, query))
        .into()
}

/// Questions for each database.
pub fn database_questions(database: &str) -> Vec<Question> {
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
    databases: Option<&SourceDatabases>,
    answers: &Answers,
) -> SourcePrivileges {
    let question = Question::on_source(&source.database, "roles");
    let roles = read_source_roles(answers, &question);
    let user = match &migration.migration_user {
        Some(user) => Ok(user.clone()),
        None => source_session::read(source, answers).map(|session| session.session_user),
    };
    let migration_user = roles.as_ref().map_err(Clone::clone).and_then(|all| {
        let user = user?;
        let found = all.find(&user).cloned();
        found.ok_or_else(|| Missing::unreadable(&question, format!("there is no role `{user}`")))
    });
    let databases = PerDatabase::read(databases, |name| {
        in_database(name, migration_user.as_ref().err(), answers)
    });
    SourcePrivileges {
        role_settings: read_role_settings(
            answers,
            &Question::on_source(&source.database, "role_settings"),
        ),
        databases: databases.with_reason(database_without_connections),
        roles,
        migration_user,
    }
}

/// Without a migration user, the queries about its privileges return empty lists, which would look like sufficient
/// privileges.
fn in_database(
    name: &str,
    missing_user: Option<&Missing>,
    answers: &Answers,
) -> DatabasePrivileges {
    let require_user = || missing_user.map_or(Ok(()), |missing| Err(missing.clone()));
    let question = |query| Question::on_source(name, query);
    DatabasePrivileges {
        unreadable_schemas: require_user()
            .and_then(|()| read_rows(answers, &question("unreadable"))),
        unreadable_large_objects: require_user()
            .and_then(|()| read_rows(answers, &question("large_objects_unreadable"))),
        row_security_tables: require_user()
            .and_then(|()| read_rows(answers, &question("row_security"))),
        superuser_owned: read_rows(answers, &question("superuser_owned")),
        catalog_grants: read_rows(answers, &question("catalog_grants")),
        default_privileges: require_user()
            .and_then(|()| read_rows(answers, &question("default_privileges"))),
    }
}

/// One role.
#[derive(Debug, Clone, Deserialize)]
pub struct SourceRole {
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

impl SourceRole {
    /// Whether `initdb` created the role: the bootstrap superuser, or a predefined role such as `pg_monitor`.
    pub fn is_initial(&self) -> bool {
        self.oid < FIRST_USER_OID
    }
}

/// All roles, by name.
#[derive(Debug, Clone)]
pub struct SourceRoles(BTreeMap<String, SourceRole>);

impl SourceRoles {
    pub fn find(&self, name: &str) -> Option<&SourceRole> {
        self.0.get(name)
    }

    pub fn iter(&self) -> impl Iterator<Item = &SourceRole> {
        self.0.values()
    }
}

/// Reads the answer of query `roles`. An empty list is unreadable, because every server has roles.
pub(crate) fn read_source_roles(answers: &Answers, question: &Question) -> Fact<SourceRoles> {
    let all: Vec<SourceRole> = read_rows(answers, question)?;
    if all.is_empty() {
        return Err(Missing::unreadable(question, "the list of roles is empty"));
    }
    Ok(SourceRoles(
        all.into_iter().map(|r| (r.name.clone(), r)).collect(),
    ))
}

/// One parameter value from `pg_db_role_setting`.
#[derive(Debug, Clone, Deserialize)]
pub struct RoleSetting {
    database: Option<String>,
    role: Option<String>,
    pub name: String,
    /// `None` for application-defined parameters, whose values can be secrets.
    pub value: Option<String>,
    total: u64,
}

/// Which sessions a setting applies to. Later variants override earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SettingScope<'s> {
    /// `ALTER ROLE ALL`.
    AllRoles,
    Database(&'s str),
    Role(&'s str),
    RoleInDatabase {
        role: &'s str,
        database: &'s str,
    },
}

impl RoleSetting {
    pub fn scope(&self) -> SettingScope<'_> {
        match (&self.role, &self.database) {
            (None, None) => SettingScope::AllRoles,
            (None, Some(database)) => SettingScope::Database(database),
            (Some(role), None) => SettingScope::Role(role),
            (Some(role), Some(database)) => SettingScope::RoleInDatabase { role, database },
        }
    }
}

impl SettingScope<'_> {
    /// Whether the setting applies to a session of this role in this database.
    pub fn covers(&self, role: &str, database: &str) -> bool {
        match self {
            SettingScope::AllRoles => true,
            SettingScope::Database(d) => *d == database,
            SettingScope::Role(r) => *r == role,
            SettingScope::RoleInDatabase {
                role: r,
                database: d,
            } => *r == role && *d == database,
        }
    }

    pub fn role(&self) -> Option<&str> {
        match self {
            SettingScope::Role(role) | SettingScope::RoleInDatabase { role, .. } => Some(role),
            SettingScope::AllRoles | SettingScope::Database(_) => None,
        }
    }

    pub fn database(&self) -> Option<&str> {
        match self {
            SettingScope::Database(database) | SettingScope::RoleInDatabase { database, .. } => {
                Some(database)
            }
            SettingScope::AllRoles | SettingScope::Role(_) => None,
        }
    }
}

/// All settings, those of the migration user first.
#[derive(Debug, Clone)]
pub struct RoleSettings {
    all: Vec<RoleSetting>,
    missing_rows: Option<Missing>,
}

impl RoleSettings {
    pub fn iter(&self) -> impl Iterator<Item = &RoleSetting> {
        self.all.iter()
    }

    /// Why the list is incomplete, if it is. The migration user's own settings are always complete.
    pub fn missing_rows(&self) -> Option<&Missing> {
        self.missing_rows.as_ref()
    }

    /// The setting that applies to a new session of this role in this database. `None`: the server's value applies.
    pub fn effective(&self, name: &str, role: &str, database: &str) -> Option<&RoleSetting> {
        let covering = self
            .all
            .iter()
            .filter(|s| s.name == name && s.scope().covers(role, database));
        covering.max_by_key(|s| s.scope())
    }
}

/// Reads the answer of query `role_settings`.
pub(crate) fn read_role_settings(answers: &Answers, question: &Question) -> Fact<RoleSettings> {
    let all: Vec<RoleSetting> = read_rows(answers, question)?;
    let total = all.first().map_or(0, |s| s.total);
    let missing_rows = (total > all.len() as u64).then(|| {
        let reason = format!("only the first {} of {total} settings were read", all.len());
        Missing::unreadable(question, reason)
    });
    Ok(RoleSettings { all, missing_rows })
}

/// A grant on a system catalog, or on a column of one.
#[derive(Debug, Clone, Deserialize)]
pub struct CatalogGrant {
    /// Catalog name. For a function, with its argument types.
    pub catalog: String,
    /// `table` or `function`. `None` in recordings made before functions were included.
    #[serde(default)]
    kind: Option<String>,
    pub column_name: Option<String>,
    /// The grantee role. `public` means all roles: no role can have that name.
    pub grantee: String,
    /// Comma-separated, for example `SELECT, UPDATE`.
    pub privileges: String,
}

impl CatalogGrant {
    /// Whether the grant is on a function of `pg_catalog`, not on a table or view.
    pub fn is_on_function(&self) -> bool {
        self.kind.as_deref() == Some("function")
    }
}

/// An `ALTER DEFAULT PRIVILEGES` entry that the migration user cannot recreate.
#[derive(Debug, Clone, Deserialize)]
pub struct DefaultPrivilege {
    pub role: String,
    pub role_is_superuser: bool,
    /// Whether the migration user can act as the role. If so, the role is a superuser.
    pub user_has_role: bool,
    /// `None`: the entry applies to all schemas.
    pub schema: Option<String>,
    /// `tables`, `functions`, …
    pub objects: String,
}

/// User objects of one superuser in one database.
#[derive(Debug, Clone, Deserialize)]
pub struct SuperuserOwnership {
    pub owner: String,
    pub schemas: u64,
    pub relations: u64,
    pub functions: u64,
    pub types: u64,
    /// The first few object names, without schemas.
    pub names: Vec<String>,
    /// The same objects with kind and full name. Empty in recordings made before this column existed.
    #[serde(default)]
    pub objects: Vec<OwnedObject>,
}

/// One object, as used in `ALTER <kind> <name>`.
#[derive(Debug, Clone, Deserialize)]
pub struct OwnedObject {
    /// `TABLE`, `FUNCTION`, …
    pub kind: String,
    /// Quoted, with its schema and argument types.
    pub name: String,
}

/// A schema with tables or sequences that the migration user cannot read.
#[derive(Debug, Clone, Deserialize)]
pub struct UnreadableSchema {
    pub schema: String,
    /// The extension that owns the tables, if it marks their rows to be dumped.
    #[serde(default)]
    pub extension: Option<String>,
    /// Whether the migration user has USAGE on the schema.
    pub may_enter: bool,
    /// Number of tables without SELECT.
    pub tables: u64,
    /// Number of sequences without SELECT.
    pub sequences: u64,
    /// The first tables and sequences by name. `None` if only USAGE on the schema is missing.
    pub names: Option<Vec<String>>,
}

/// Large objects of one owner that the migration user cannot read.
#[derive(Debug, Clone, Deserialize)]
pub struct UnreadableLargeObjects {
    pub owner: String,
    pub objects: u64,
}

/// A table whose row-level security applies to the migration user.
#[derive(Debug, Clone, Deserialize)]
pub struct RowSecurityTable {
    pub schema: String,
    pub name: String,
    pub owner: String,
    /// FORCE ROW LEVEL SECURITY: it also applies to the owner.
    pub is_forced: bool,
    /// The extension that owns the table.
    pub extension: Option<String>,
    /// Total number of such tables. The list is limited to 200.
    pub total: u64,
}
