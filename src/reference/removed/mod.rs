//! Features that PostgreSQL removed between major versions and that user objects can depend on.
//!
//! As of 2026-11, for sources 9.5 to 17 and targets 9.6 to 18. Sources: the incompatibilities in the release notes,
//! pg_upgrade's `check.c`, and the differences between the catalogs of real servers 10 to 18. A test compares the table
//! with these catalogs. Entries for 9.6 and 10 are based on the release notes.
//!
//! Not included: features that only C code can use, languages (the target offers no untrusted one), and extensions that
//! were removed entirely. Uses are found by `queries/removed_*.sql`.

mod columns;
mod definitions;
mod names;
mod operators;
mod statistics;

/// A removed feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A type of `pg_catalog`.
    Type(&'static str),
    /// A function of `pg_catalog`: all of that name, or the one with these arguments in the format of `oidvectortypes`.
    Function(&'static str, Option<&'static str>),
    /// A function with a parameter or result of a removed type. Definitions are found by the type, and bodies by this
    /// name.
    Call(&'static str),
    /// An operator with its name and the `typname`s of its operands. A missing operand is empty, as in `int8,`.
    Operator(&'static str, &'static str),
    /// A column of a catalog, a system view or a view of an extension: relation and column.
    Column(&'static str, &'static str),
    /// A catalog or a system view.
    Relation(&'static str),
    /// A server parameter.
    Parameter(&'static str),
    /// A form of definition that was accepted earlier.
    Definition(&'static str),
}

/// An entry of the table.
#[derive(Debug)]
pub struct Removal {
    /// `server_version_num` of the first release without the feature.
    pub gone: u32,
    pub what: What,
    /// The extension that had the feature. Extension versions are independent of the server version, so only the
    /// target's major version counts.
    pub extension: Option<&'static str>,
    /// Description of the replacement.
    pub instead: &'static str,
}

impl Removal {
    const fn new(gone: u32, what: What, instead: &'static str) -> Self {
        Removal {
            gone,
            what,
            extension: None,
            instead,
        }
    }

    const fn of(mut self, extension: &'static str) -> Self {
        self.extension = Some(extension);
        self
    }

    /// Whether it affects a migration between servers with these values of `server_version_num`.
    pub fn is_between(&self, source: u32, target: u32) -> bool {
        target >= self.gone && (self.extension.is_some() || source < self.gone)
    }

    /// Returns the major version that removed the feature, such as `9.6` or `14`.
    pub fn release(&self) -> String {
        match self.gone {
            100_000.. => (self.gone / 10_000).to_string(),
            old => format!("{}.{}", old / 10_000, old / 100 % 100),
        }
    }

    /// Returns the URL of its release notes.
    pub fn notes(&self) -> String {
        format!(
            "https://www.postgresql.org/docs/release/{}.0/",
            self.release()
        )
    }
}

impl What {
    /// Returns the key in queries and their answers: kind, name, detail.
    pub fn words(&self) -> (&'static str, &'static str, &'static str) {
        match *self {
            What::Type(name) => ("type", name, ""),
            What::Function(name, arguments) => ("function", name, arguments.unwrap_or("")),
            What::Call(name) => ("call", name, ""),
            What::Operator(name, operands) => ("operator", name, operands),
            What::Column(relation, column) => ("column", relation, column),
            What::Relation(name) => ("relation", name, ""),
            What::Parameter(name) => ("parameter", name, ""),
            What::Definition(name) => ("definition", name, ""),
        }
    }
}

/// Formats the feature for use in a sentence, with names in backticks.
impl std::fmt::Display for What {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            What::Type(name) => write!(f, "the type `{name}`"),
            What::Function(name, arguments) => {
                write!(f, "the function `{name}({})`", arguments.unwrap_or(""))
            }
            What::Call(name) => write!(f, "the function `{name}()`"),
            What::Operator(name, operands) => {
                let (left, right) = operands.split_once(',').unwrap_or((operands, ""));
                let text = format!("{left} {name} {right}");
                write!(f, "the operator `{}`", text.trim())
            }
            What::Column(SEQUENCE, column) => write!(f, "the column `{column}` of a sequence"),
            What::Column(relation, column) => write!(f, "the column `{relation}.{column}`"),
            What::Relation(name) => write!(f, "`{name}`"),
            What::Parameter(name) => write!(f, "the parameter `{name}`"),
            What::Definition(name) => f.write_str(name),
        }
    }
}

/// Relation name for every user sequence. Up to 9.6, each sequence has its definition as columns.
pub const SEQUENCE: &str = "(sequence)";

/// Returns all entries.
pub fn all() -> impl Iterator<Item = &'static Removal> {
    [
        columns::CATALOGS,
        statistics::STATISTICS,
        names::TYPES,
        names::FUNCTIONS,
        operators::OPERATORS,
        operators::PARAMETERS,
        definitions::DEFINITIONS,
    ]
    .into_iter()
    .flatten()
}

/// Finds the entry with this key.
pub fn find(kind: &str, name: &str, detail: &str) -> Option<&'static Removal> {
    all().find(|r| r.what.words() == (kind, name, detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_is_unique_and_names_a_replacement() {
        let mut words: Vec<_> = all().map(|r| r.what.words()).collect();
        let count = words.len();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), count, "an entry stands twice");
        for removal in all() {
            assert!(!removal.instead.is_empty(), "{}", removal.what);
            assert_eq!(
                removal.instead.matches('`').count() % 2,
                0,
                "{}",
                removal.what
            );
            assert!(
                (90_500..=180_000).contains(&removal.gone),
                "{}",
                removal.what
            );
        }
    }

    #[test]
    fn a_removal_between_the_major_versions_affects_the_migration() {
        let waiting = find("column", "pg_stat_activity", "waiting").expect("an entry");
        assert!(waiting.is_between(90_525, 100_000) && waiting.is_between(90_525, 180_000));
        assert!(!waiting.is_between(90_600, 180_000) && !waiting.is_between(90_400, 90_525));
        // A server that was upgraded without its extension still has the old view.
        let total = find("column", "pg_stat_statements", "total_time").expect("an entry");
        assert!(total.is_between(140_000, 140_000) && !total.is_between(110_000, 120_000));
        assert_eq!(waiting.release(), "9.6");
        assert_eq!(
            total.notes(),
            "https://www.postgresql.org/docs/release/13.0/"
        );
    }

    #[test]
    fn removed_features_are_formatted_for_readers() {
        let name =
            |kind, name, detail| find(kind, name, detail).expect("an entry").what.to_string();
        assert_eq!(name("operator", "!", "int8,"), "the operator `int8 !`");
        assert_eq!(name("operator", "@@", ",path"), "the operator `@@ path`");
        assert_eq!(
            name("function", "point", "path"),
            "the function `point(path)`"
        );
        assert_eq!(
            name("column", SEQUENCE, "is_cycled"),
            "the column `is_cycled` of a sequence"
        );
    }
}
