//! What a database holds that a dump and restore would trip over, whatever the versions.
//! Here: which parts there are, how they are asked and read. What one row of a part says lies in the modules below.
//! Not here: what a newer major removed (`removed`).

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

/// What is known of it, each part for itself.
#[derive(Debug)]
pub struct Objects {
    /// What each database of the server gives to what is made in it.
    pub defaults: Fact<Vec<Defaults>>,
    /// Collations that databases of the target have, by ARM: each of them exists there.
    pub on_target: Fact<Vec<String>>,
    in_databases: Vec<InDatabase>,
}

/// The parts of one database.
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

/// The queries that are asked in each database.
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
    /// What this database gives to what is made in it.
    pub fn defaults_of(&self, database: &str) -> Fact<&Defaults> {
        let all = self.defaults.as_ref().map_err(Clone::clone)?;
        all.iter().find(|d| d.name == database).ok_or_else(|| {
            Missing::not_said(
                format!("database `{database}` came after the list of databases"),
                "run again",
            )
        })
    }

    /// The parts of this database; missing for one that could not be asked.
    pub fn of(&self, database: &str) -> Fact<&InDatabase> {
        let mut all = self.in_databases.iter();
        all.find(|d| d.database == database)
            .ok_or_else(|| Missing::closed_database(database))
    }
}

fn defaults_question(source: &SourceServer) -> Question {
    Question::on_source(&source.database, "database_defaults")
}

/// What is asked of the server as a whole.
pub fn questions(source: &SourceServer) -> Vec<Question> {
    vec![defaults_question(source)]
}

/// What is asked in each database.
pub fn questions_in(database: &str) -> Vec<Question> {
    IN_DATABASE
        .iter()
        .map(|q| Question::on_source(database, q))
        .collect()
}

/// Reads all of it.
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
