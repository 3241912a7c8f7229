//! Databases of the source, the selection to migrate, and the databases of the target.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::config::{Migration, SourceServer, TargetServer};
use crate::facts::arm_reader::list_items;
use crate::facts::sql_reader::{read_row, read_rows};
use crate::facts::{Fact, Grant, Missing};
use crate::question::{Answers, Question};
use crate::reference::providers;

/// One database of the source.
#[derive(Debug, Clone, Deserialize)]
pub struct SourceDatabase {
    pub name: String,
    pub owner: String,
    pub is_template: bool,
    pub allows_connections: bool,
    /// Maximum number of connections. -1: no limit. -2: invalid, because DROP DATABASE was interrupted.
    pub connection_limit: i32,
    /// Whether the migration user has the privileges of the owner. `None` if the migration user does not exist.
    pub user_has_owner: Option<bool>,
    #[serde(skip)]
    size: Option<Fact<u64>>,
}

impl SourceDatabase {
    /// Size in bytes.
    pub fn size(&self) -> Fact<u64> {
        self.size.clone().unwrap_or_else(|| {
            Err(Missing::not_specified(
                "its size was not asked",
                "record again",
            ))
        })
    }

    fn is_invalid(&self) -> bool {
        self.connection_limit == -2
    }
}

#[derive(Deserialize)]
struct DatabaseSizeRow {
    name: String,
    bytes: Option<u64>,
}

#[derive(Deserialize)]
struct RelationCountRow {
    user_relations: u64,
}

/// Databases of the source, and which of them are selected for the migration.
#[derive(Debug, Clone)]
pub struct SourceDatabases {
    all: BTreeMap<String, SourceDatabase>,
    requested: Vec<String>,
    postgres_has_user_relations: Fact<bool>,
}

impl SourceDatabases {
    /// All existing databases, sorted by name.
    pub fn all(&self) -> impl Iterator<Item = &SourceDatabase> {
        self.all.values()
    }

    /// Databases that the user specified. Empty if none were specified.
    pub fn requested(&self) -> &[String] {
        &self.requested
    }

    /// Whether database `postgres` contains user relations.
    pub fn postgres_has_user_relations(&self) -> &Fact<bool> {
        &self.postgres_has_user_relations
    }

    pub fn find(&self, name: &str) -> Option<&SourceDatabase> {
        self.all.get(name)
    }

    /// The existing databases to migrate.
    ///
    /// These are the databases that the user specified. Otherwise they are all databases that accept connections,
    /// except templates and built-in databases of a provider. `postgres` is selected only if it contains user
    /// relations. If that is unknown, `postgres` is left out and the second value is the reason.
    pub fn selected(&self) -> (Vec<&SourceDatabase>, Option<Missing>) {
        if !self.requested.is_empty() {
            return (
                self.requested
                    .iter()
                    .filter_map(|n| self.all.get(n))
                    .collect(),
                None,
            );
        }
        let postgres = &self.postgres_has_user_relations;
        let is_selected =
            |d: &&SourceDatabase| d.name != "postgres" || matches!(postgres, Ok(true));
        let is_unsure = postgres.is_err() && self.candidates().any(|d| d.name == "postgres");
        let missing = postgres.as_ref().err().filter(|_| is_unsure).cloned();
        (self.candidates().filter(is_selected).collect(), missing)
    }

    /// The databases to query: those of [`selected`](Self::selected), and `postgres` to find out whether it is one of
    /// them. Databases that do not accept connections are left out.
    pub fn to_query(&self) -> Vec<&str> {
        let accepts_connections = |d: &&SourceDatabase| d.allows_connections && !d.is_invalid();
        if self.requested.is_empty() {
            self.candidates().map(|d| d.name.as_str()).collect()
        } else {
            self.requested
                .iter()
                .filter_map(|n| self.all.get(n))
                .filter(accepts_connections)
                .map(|d| d.name.as_str())
                .collect()
        }
    }

    /// The query whether `postgres` contains user relations. It is needed separately if the user specified other
    /// databases.
    pub fn postgres_relation_count_question(&self) -> Option<Question> {
        let postgres = self.candidates().find(|d| d.name == "postgres");
        postgres.map(|d| user_relation_count_question(&d.name))
    }

    /// User databases that are not selected, including those that do not accept connections. `postgres` is included
    /// only if it contains user relations. If that is unknown, the second value is the reason.
    pub fn not_selected(&self) -> (Vec<&SourceDatabase>, Option<Missing>) {
        let (selected, missing_postgres) = self.selected();
        let is_selected = |d: &SourceDatabase| selected.iter().any(|s| s.name == d.name);
        let is_user_database = |d: &SourceDatabase| {
            !d.is_template && !providers::is_built_in_database(&d.name) && !d.is_invalid()
        };
        let mut databases: Vec<&SourceDatabase> = self
            .all()
            .filter(|d| is_user_database(d) && !is_selected(d))
            .collect();
        let Some(at) = databases.iter().position(|d| d.name == "postgres") else {
            return (databases, missing_postgres);
        };
        let missing = match &self.postgres_has_user_relations {
            Ok(true) => None,
            Ok(false) => {
                databases.remove(at);
                None
            }
            Err(missing) => {
                databases.remove(at);
                Some(missing.clone())
            }
        };
        (databases, missing)
    }

    fn candidates(&self) -> impl Iterator<Item = &SourceDatabase> {
        self.all.values().filter(|d| {
            d.allows_connections
                && !d.is_template
                && !d.is_invalid()
                && !providers::is_built_in_database(&d.name)
        })
    }
}

/// Query `databases`.
pub fn question(source: &SourceServer) -> Question {
    Question::on_source(&source.database, "databases")
}

/// Query `database_sizes`. It is separate because it reads file sizes and can time out.
pub fn sizes_question(source: &SourceServer) -> Question {
    Question::on_source(&source.database, "database_sizes")
}

/// Query `contents` in one database.
pub fn user_relation_count_question(database: &str) -> Question {
    Question::on_source(database, "contents")
}

/// Reads the databases of the source with their sizes.
pub fn read(
    migration: &Migration,
    source: &SourceServer,
    answers: &Answers,
) -> Fact<SourceDatabases> {
    let mut all: BTreeMap<String, SourceDatabase> =
        read_rows::<SourceDatabase>(answers, &question(source))?
            .into_iter()
            .map(|d| (d.name.clone(), d))
            .collect();
    if all.is_empty() {
        return Err(Missing::unreadable(
            &question(source),
            "the list of databases is empty",
        ));
    }
    let sizes = read_sizes(source, answers);
    for database in all.values_mut() {
        database.size = Some(database_size(&database.name, &sizes, source));
    }
    let postgres = user_relation_count_question("postgres");
    let postgres_holds_user_objects =
        read_row::<RelationCountRow>(answers, &postgres).map(|c| c.user_relations > 0);
    Ok(SourceDatabases {
        all,
        requested: migration.databases.clone(),
        postgres_has_user_relations: postgres_holds_user_objects,
    })
}

fn read_sizes(source: &SourceServer, answers: &Answers) -> Fact<BTreeMap<String, Option<u64>>> {
    let rows = read_rows::<DatabaseSizeRow>(answers, &sizes_question(source))?;
    Ok(rows.into_iter().map(|s| (s.name, s.bytes)).collect())
}

fn database_size(
    name: &str,
    sizes: &Fact<BTreeMap<String, Option<u64>>>,
    source: &SourceServer,
) -> Fact<u64> {
    match sizes.as_ref()?.get(name) {
        Some(Some(bytes)) => Ok(*bytes),
        _ => Err(Missing::unreadable(
            &sizes_question(source),
            format!("the size of database `{name}` is hidden from this role"),
        )
        .with_advice(format!(
            "grant CONNECT on database `{name}`, or `pg_read_all_stats` (10 and newer), to the user who asks"
        ))
        .with_database(name)
        .with_grant(Grant::Membership("pg_read_all_stats".to_owned()))),
    }
}

/// GET of the target's databases.
pub fn target_databases_question(target: &TargetServer) -> Question {
    let path = format!("{}/databases", target.id.path());
    Question::Arm {
        path,
        api_version: target.api_version.clone(),
        filter: None,
    }
}

/// Names of the target's user databases. Built-in databases are excluded.
pub fn read_target_databases(target: &TargetServer, answers: &Answers) -> Fact<Vec<String>> {
    let question = target_databases_question(target);
    let mut names = Vec::new();
    for item in list_items(answers, &question)? {
        match item.get("name").and_then(|n| n.as_str()) {
            Some(name) if providers::is_built_in_database(name) || name == "postgres" => {}
            Some(name) => names.push(name.to_owned()),
            None => {
                return Err(Missing::unreadable(
                    &question,
                    "a database in the list has no name",
                ));
            }
        }
    }
    names.sort();
    Ok(names)
}
