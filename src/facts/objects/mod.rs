//! Objects that a dump and restore cannot recreate on the target, regardless of versions.

mod functions;
mod kinds;
mod locales;

use super::databases::Databases;
use super::listed::listed;
use super::rows::{row, rows};
use super::{Fact, Missing};
use crate::plan::{Migration, SourceServer};
use crate::question::{Answers, Question};

pub use super::listed::Listed;
pub use functions::{CFunction, FileFunction, Language, PrivilegedFunction, SearchPathFunction};
pub use kinds::{
    BaseType, Cast, EventTrigger, ForeignServer, LargeObjects, SuperuserObject, TablespaceUse,
    TextSearch,
};
pub use locales::{Collation, Defaults};

/// Objects of the source. Each part can be missing separately.
#[derive(Debug)]
pub struct Objects {
    /// Default settings of each database of the server.
    pub defaults: Fact<Vec<Defaults>>,
    /// Default collations of the target's databases, from ARM. Each of them exists on the target.
    pub on_target: Fact<Vec<String>>,
    in_databases: Vec<InDatabase>,
}

/// Objects of one database.
#[derive(Debug)]
pub struct InDatabase {
    pub database: String,
    pub collations: Fact<Listed<Collation>>,
    pub languages: Fact<Vec<Language>>,
    pub c_functions: Fact<Listed<CFunction>>,
    pub privileged_functions: Fact<Listed<PrivilegedFunction>>,
    pub search_path_functions: Fact<Listed<SearchPathFunction>>,
    pub file_functions: Fact<Listed<FileFunction>>,
    pub casts: Fact<Listed<Cast>>,
    pub superuser_objects: Fact<Listed<SuperuserObject>>,
    pub base_types: Fact<Listed<BaseType>>,
    pub text_search: Fact<Listed<TextSearch>>,
    pub tablespace_use: Fact<Vec<TablespaceUse>>,
    pub event_triggers: Fact<Listed<EventTrigger>>,
    pub foreign_servers: Fact<Listed<ForeignServer>>,
    pub large_objects: Fact<LargeObjects>,
}

/// Queries for each database.
const IN_DATABASE: [&str; 14] = [
    "base_types",
    "c_functions",
    "casts",
    "collations",
    "event_triggers",
    "file_functions",
    "foreign_servers",
    "languages",
    "large_objects",
    "privileged_functions",
    "search_path_functions",
    "superuser_objects",
    "tablespace_use",
    "text_search",
];

impl Objects {
    /// Default settings of this database.
    pub fn defaults_of(&self, database: &str) -> Fact<&Defaults> {
        let all = self.defaults.as_ref().map_err(Clone::clone)?;
        all.iter().find(|d| d.name == database).ok_or_else(|| {
            Missing::not_said(
                format!("database `{database}` came after the list of databases"),
                "run again",
            )
        })
    }

    /// Objects of this database. Missing if the database could not be queried.
    pub fn of(&self, database: &str) -> Fact<&InDatabase> {
        let mut all = self.in_databases.iter();
        all.find(|d| d.database == database)
            .ok_or_else(|| Missing::closed_database(database))
    }
}

fn defaults_question(source: &SourceServer) -> Question {
    Question::on_source(&source.database, "database_defaults")
}

/// Questions for the whole server.
pub fn questions(source: &SourceServer) -> Vec<Question> {
    vec![defaults_question(source)]
}

/// Questions for each database.
pub fn questions_in(database: &str) -> Vec<Question> {
    IN_DATABASE
        .iter()
        .map(|q| Question::on_source(database, q))
        .collect()
}

/// Reads the objects from the answers.
pub fn read(
    migration: &Migration,
    source: &SourceServer,
    databases: Option<&Databases>,
    answers: &Answers,
) -> Objects {
    let names = databases.map(Databases::to_ask).unwrap_or_default();
    Objects {
        defaults: rows(answers, &defaults_question(source)),
        on_target: locales::on_target(migration, answers),
        in_databases: names.iter().map(|n| read_in(n, answers)).collect(),
    }
}

fn read_in(database: &str, answers: &Answers) -> InDatabase {
    let of = |query| Question::on_source(database, query);
    InDatabase {
        database: database.to_owned(),
        collations: listed(answers, &of("collations")),
        languages: rows(answers, &of("languages")),
        c_functions: listed(answers, &of("c_functions")),
        privileged_functions: listed(answers, &of("privileged_functions")),
        search_path_functions: listed(answers, &of("search_path_functions")),
        file_functions: listed(answers, &of("file_functions")),
        casts: listed(answers, &of("casts")),
        superuser_objects: listed(answers, &of("superuser_objects")),
        base_types: listed(answers, &of("base_types")),
        text_search: listed(answers, &of("text_search")),
        tablespace_use: rows(answers, &of("tablespace_use")),
        event_triggers: listed(answers, &of("event_triggers")),
        foreign_servers: listed(answers, &of("foreign_servers")),
        large_objects: row(answers, &of("large_objects")),
    }
}
