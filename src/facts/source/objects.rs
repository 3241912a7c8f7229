//! Objects that a dump and restore cannot recreate on the target, regardless of versions.

use serde::Deserialize;
use serde_json::Value;

use super::source_databases;
use super::source_databases::SourceDatabases;
use crate::config::{Migration, SourceServer};
use crate::facts::arm_reader::list_items;
use crate::facts::sql_reader::{read_limited, read_row, read_rows};
use crate::facts::{Fact, Missing, PerDatabase};
use crate::question::{Answers, Question};

pub use crate::facts::sql_reader::LimitedRows;

/// Objects of the source. Each part can be missing separately.
#[derive(Debug)]
pub struct SourceObjects {
    /// Default settings of each database of the server.
    pub defaults: Fact<Vec<DatabaseDefaults>>,
    /// Default collations of the target's databases, from ARM. Each of them exists on the target.
    pub target_collations: Fact<Vec<String>>,
    pub databases: PerDatabase<DatabaseObjects>,
}

/// Objects of one database.
#[derive(Debug)]
pub struct DatabaseObjects {
    pub collations: Fact<LimitedRows<Collation>>,
    pub languages: Fact<Vec<ProceduralLanguage>>,
    pub c_functions: Fact<LimitedRows<CFunction>>,
    pub privileged_functions: Fact<LimitedRows<PrivilegedFunction>>,
    pub search_path_functions: Fact<LimitedRows<SearchPathFunction>>,
    pub file_functions: Fact<LimitedRows<FileFunction>>,
    pub casts: Fact<LimitedRows<UserDefinedCast>>,
    pub superuser_objects: Fact<LimitedRows<SuperuserObject>>,
    pub base_types: Fact<LimitedRows<BaseType>>,
    pub text_search: Fact<LimitedRows<TextSearchObject>>,
    pub tablespace_use: Fact<Vec<TablespaceUse>>,
    pub event_triggers: Fact<LimitedRows<EventTrigger>>,
    pub foreign_servers: Fact<LimitedRows<ForeignServer>>,
    pub large_objects: Fact<LargeObjects>,
}

/// Queries for each database.
const DATABASE_QUERIES: [&str; 14] = [
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

impl SourceObjects {
    /// Default settings of this database.
    pub fn database_defaults(&self, database: &str) -> Fact<&DatabaseDefaults> {
        let all = self.defaults.as_ref()?;
        all.iter().find(|d| d.name == database).ok_or_else(|| {
            Missing::not_specified(
                format!("database `{database}` came after the list of databases"),
                "run again",
            )
            .with_database(database)
        })
    }
}

fn database_defaults_question(source: &SourceServer) -> Question {
    Question::on_source(&source.database, "database_defaults")
}

/// Questions for the whole server.
pub fn questions(source: &SourceServer) -> Vec<Question> {
    vec![database_defaults_question(source)]
}

/// Questions for each database.
pub fn database_questions(database: &str) -> Vec<Question> {
    DATABASE_QUERIES
        .iter()
        .map(|q| Question::on_source(database, q))
        .collect()
}

/// Reads the objects from the answers.
pub fn read(
    migration: &Migration,
    source: &SourceServer,
    databases: Option<&SourceDatabases>,
    answers: &Answers,
) -> SourceObjects {
    SourceObjects {
        defaults: read_rows(answers, &database_defaults_question(source)),
        target_collations: read_target_collations(migration, answers),
        databases: PerDatabase::read(databases, |name| read_database(name, answers)),
    }
}

fn read_database(database: &str, answers: &Answers) -> DatabaseObjects {
    let question = |query| Question::on_source(database, query);
    DatabaseObjects {
        collations: read_limited(answers, &question("collations")),
        languages: read_rows(answers, &question("languages")),
        c_functions: read_limited(answers, &question("c_functions")),
        privileged_functions: read_limited(answers, &question("privileged_functions")),
        search_path_functions: read_limited(answers, &question("search_path_functions")),
        file_functions: read_limited(answers, &question("file_functions")),
        casts: read_limited(answers, &question("casts")),
        superuser_objects: read_limited(answers, &question("superuser_objects")),
        base_types: read_limited(answers, &question("base_types")),
        text_search: read_limited(answers, &question("text_search")),
        tablespace_use: read_rows(answers, &question("tablespace_use")),
        event_triggers: read_limited(answers, &question("event_triggers")),
        foreign_servers: read_limited(answers, &question("foreign_servers")),
        large_objects: read_row(answers, &question("large_objects")),
    }
}

/// A procedural language other than SQL and PL/pgSQL.
#[derive(Debug, Clone, Deserialize)]
pub struct ProceduralLanguage {
    pub name: String,
    /// The extension that contains it. Old languages were created without one.
    pub extension: Option<String>,
    /// Number of user functions in this language.
    pub functions: u64,
    pub first_function: Option<String>,
}

/// A function in compiled code.
#[derive(Debug, Clone, Deserialize)]
pub struct CFunction {
    pub name: String,
    /// `c` or `internal`.
    pub language: String,
    /// The shared library, if the language is `c`.
    pub library: Option<String>,
}

/// A function with a property that only a superuser can set.
#[derive(Debug, Clone, Deserialize)]
pub struct PrivilegedFunction {
    pub name: String,
    pub is_leakproof: bool,
    /// The planner support function.
    pub support: Option<String>,
    /// Parameters of context `superuser` that the function sets, sorted by name.
    pub parameters: Vec<String>,
}

/// A function that is called during a restore and does not find objects with the restore's empty `search_path`.
#[derive(Debug, Clone, Deserialize)]
pub struct SearchPathFunction {
    pub name: String,
    pub extension: Option<String>,
    /// The first object that calls it.
    pub used_by: String,
    /// Kind of that object: `check constraint`, `index`, …
    pub kind: String,
    pub uses: u64,
    /// Unqualified names in its body, at most ten.
    pub unqualified: Vec<String>,
    /// Schemas that contain such names, at most ten.
    pub schemas: Vec<String>,
}

/// A function whose body accesses server files.
#[derive(Debug, Clone, Deserialize)]
pub struct FileFunction {
    pub name: String,
    pub language: String,
    /// The calls that access files: `pg_read_file`, `copy program`, …
    pub calls: Vec<String>,
}

/// A user-defined collation, or a system collation that objects of the database use.
#[derive(Debug, Clone, Deserialize)]
pub struct Collation {
    pub schema: String,
    pub name: String,
    /// `c`: C library. `i`: ICU. `b`: built-in provider of PostgreSQL (17 and newer).
    pub provider: String,
    pub is_user: bool,
    /// Library version when the collation was created. `None` if not recorded.
    pub version: Option<String>,
    pub actual_version: Option<String>,
    /// Number of objects that use it: columns, indexes, constraints, views.
    pub uses: u64,
    /// One of these objects, a column if possible.
    pub first_use: Option<String>,
}

/// Encoding, locale and tablespace of a database.
#[derive(Debug, Clone, Deserialize)]
pub struct DatabaseDefaults {
    pub name: String,
    pub encoding: String,
    /// `datcollate`.
    pub collation: String,
    /// `datctype`.
    pub ctype: String,
    /// Same values as [`Collation::provider`].
    pub provider: String,
    /// Locale of the provider, if it is not the C library (15 and newer).
    pub locale: Option<String>,
    pub version: Option<String>,
    pub actual_version: Option<String>,
    pub tablespace: String,
}

/// The recorded and the actual version, if both are known and differ.
fn version_mismatch<'a>(
    version: Option<&'a String>,
    actual: Option<&'a String>,
) -> Option<(&'a str, &'a str)> {
    match (version, actual) {
        (Some(recorded), Some(actual)) if recorded != actual => Some((recorded, actual)),
        _ => None,
    }
}

impl Collation {
    /// The recorded and the current library version, if they differ.
    pub fn version_mismatch(&self) -> Option<(&str, &str)> {
        version_mismatch(self.version.as_ref(), self.actual_version.as_ref())
    }
}

impl DatabaseDefaults {
    /// The recorded and the current library version of the default collation, if they differ.
    pub fn version_mismatch(&self) -> Option<(&str, &str)> {
        version_mismatch(self.version.as_ref(), self.actual_version.as_ref())
    }
}

/// Default collations of the target's databases.
pub(crate) fn read_target_collations(
    migration: &Migration,
    answers: &Answers,
) -> Fact<Vec<String>> {
    let target = migration.target.as_ref().ok_or_else(Missing::no_target)?;
    let databases = list_items(
        answers,
        &source_databases::target_databases_question(target),
    )?;
    let collation = |d: &Value| Some(d.pointer("/properties/collation")?.as_str()?.to_owned());
    Ok(databases.iter().filter_map(collation).collect())
}

/// A user-defined cast. Type names are formatted by `format_type`.
#[derive(Debug, Clone, Deserialize)]
pub struct UserDefinedCast {
    pub source: String,
    pub target: String,
    /// The cast function. `None` for a binary-coercible or I/O conversion cast.
    pub function: Option<String>,
    /// `implicit`, `assignment` or `explicit`.
    pub context: String,
}

/// An object that only a superuser can create.
#[derive(Debug, Clone, Deserialize)]
pub struct SuperuserObject {
    /// `operator-class`, `access-method`, …
    pub kind: String,
    pub name: String,
    pub detail: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct BaseType {
    pub name: String,
    /// Declared by `CREATE TYPE name` and never defined. This also requires a superuser.
    #[serde(default)]
    pub is_shell: bool,
    pub columns_of_it: u64,
}

/// A full-text search object.
#[derive(Debug, Clone, Deserialize)]
pub struct TextSearchObject {
    /// `text-search-parser`, `-template`, `-dictionary` or `-configuration`.
    pub kind: String,
    pub name: String,
    /// A dictionary's template, or a configuration's parser.
    pub base: Option<String>,
}

impl TextSearchObject {
    /// Whether it references C functions, which requires a superuser.
    pub fn needs_superuser(&self) -> bool {
        ["text-search-parser", "text-search-template"].contains(&self.kind.as_str())
    }
}

/// Relations in one tablespace other than the database default.
#[derive(Debug, Clone, Deserialize)]
pub struct TablespaceUse {
    pub tablespace: String,
    pub relations: u64,
    /// Estimated from the page counts in the catalog.
    pub bytes: u64,
    pub first_relation: String,
}

#[derive(Debug, Clone, Deserialize)]
pub struct EventTrigger {
    pub name: String,
    /// `ddl_command_end`, …
    pub event: String,
    pub function: String,
    pub enabled: bool,
    pub tags: Option<Vec<String>>,
}

/// A foreign server. Options are not read, because they can contain secrets.
#[derive(Debug, Clone, Deserialize)]
pub struct ForeignServer {
    pub name: String,
    /// The foreign-data wrapper.
    pub wrapper: String,
    pub tables: u64,
    /// Number of user mappings.
    pub mappings: u64,
}

#[derive(Debug, Clone, Deserialize)]
pub struct LargeObjects {
    pub objects: u64,
    /// Size in bytes, estimated from the page counts in the catalog.
    pub bytes: u64,
    /// Number of columns of type oid, or of a domain over it, that could reference a large object. `None` if there are
    /// no large objects.
    pub columns_of_oid: Option<u64>,
}
