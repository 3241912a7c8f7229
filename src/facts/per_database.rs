//! Facts of each queried source database.

use std::ops::Deref;

use super::source::source_databases::SourceDatabases;
use super::{Fact, Missing};

/// Facts of one database.
#[derive(Debug, Clone)]
pub struct InDatabase<T> {
    pub database: String,
    facts: T,
}

impl<T> Deref for InDatabase<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.facts
    }
}

/// Facts of each queried database, in the order of [`SourceDatabases::to_query`].
#[derive(Debug, Clone)]
pub struct PerDatabase<T> {
    databases: Vec<InDatabase<T>>,
    not_queried: fn(&str) -> Missing,
}

impl<T> PerDatabase<T> {
    /// Reads the facts of each database with `read`. There are none if the databases are unknown.
    pub(crate) fn read(
        databases: Option<&SourceDatabases>,
        mut read: impl FnMut(&str) -> T,
    ) -> Self {
        let names = databases.map(SourceDatabases::to_query).unwrap_or_default();
        let read_database = |name: &str| InDatabase {
            database: name.to_owned(),
            facts: read(name),
        };
        PerDatabase {
            databases: names.into_iter().map(read_database).collect(),
            not_queried: Missing::database_without_connections,
        }
    }

    /// Sets the reason why the facts of a database are missing that was not queried. By default, the reason is that the
    /// database does not accept connections.
    pub(crate) fn with_reason(self, not_queried: fn(&str) -> Missing) -> Self {
        PerDatabase {
            not_queried,
            ..self
        }
    }

    /// The facts of this database.
    ///
    /// # Errors
    /// The database was not queried.
    pub fn get(&self, database: &str) -> Fact<&InDatabase<T>> {
        let mut all = self.databases.iter();
        all.find(|d| d.database == database)
            .ok_or_else(|| (self.not_queried)(database))
    }

    /// The facts of all queried databases.
    pub fn iter(&self) -> std::slice::Iter<'_, InDatabase<T>> {
        self.databases.iter()
    }
}

impl<'p, T> IntoIterator for &'p PerDatabase<T> {
    type Item = &'p InDatabase<T>;
    type IntoIter = std::slice::Iter<'p, InDatabase<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
