//! Features that PostgreSQL removed between major versions and that user objects can depend on.
//!
//! As of 2026-11, for sources 9.5 to 17 and targets 9.6 to 18. Sources: the incompatibilities in the release notes,
//! pg_upgrade's `check.c`, and the differences between the catalogs of real servers 10 to 18. A test compares the table
//! with these catalogs. Entries for 9.6 and 10 are based on the release notes.
//!
//! Not included: features that only C code can use, languages (the target offers no untrusted one), and extensions that
//! were removed entirely. Uses are found by `queries/removed_*.sql`.

mod columns;
mod named_objects;

/// A removed feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RemovedFeature {
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
    pub removed_in: u32,
    pub feature: RemovedFeature,
    /// The extension that had the feature. Extension versions are independent of the server version, so only the
    /// target's major version counts.
    pub extension: Option<&'static str>,
    /// Description of the replacement.
    pub replacement: &'static str,
}

impl Removal {
    const fn new(removed_in: u32, feature: RemovedFeature, replacement: &'static str) -> Self {
        Removal {
            removed_in,
            feature,
            extension: None,
            replacement,
        }
    }

    const fn with_extension(mut self, extension: &'static str) -> Self {
        self.extension = Some(extension);
        self
    }

    /// Whether it affects a migration between servers with these values of `server_version_num`.
    pub fn affects(&self, source: u32, target: u32) -> bool {
        target >= self.removed_in && (self.extension.is_some() || source < self.removed_in)
    }

    /// Returns the major version that removed the feature, such as `9.6` or `14`.
    pub fn release_name(&self) -> String {
        match self.removed_in {
            100_000.. => (self.removed_in / 10_000).to_string(),
            old => format!("{}.{}", old / 10_000, old / 100 % 100),
        }
    }

    /// Returns the URL of its release notes.
    pub fn release_notes_url(&self) -> String {
        format!(
            "https://www.postgresql.org/docs/release/{}.0/",
            self.release_name()
        )
    }
}

impl RemovedFeature {
    /// Returns the key in queries and their answers: kind, name, detail.
    pub fn key(&self) -> (&'static str, &'static str, &'static str) {
        match *self {
            RemovedFeature::Type(name) => ("type", name, ""),
            RemovedFeature::Function(name, arguments) => {
                ("function", name, arguments.unwrap_or(""))
            }
            RemovedFeature::Call(name) => ("call", name, ""),
            RemovedFeature::Operator(name, operands) => ("operator", name, operands),
            RemovedFeature::Column(relation, column) => ("column", relation, column),
            RemovedFeature::Relation(name) => ("relation", name, ""),
            RemovedFeature::Parameter(name) => ("parameter", name, ""),
            RemovedFeature::Definition(name) => ("definition", name, ""),
        }
    }
}

/// Formats the feature for use in a sentence, with names in backticks.
impl std::fmt::Display for RemovedFeature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            RemovedFeature::Type(name) => write!(f, "the type `{name}`"),
            RemovedFeature::Function(name, arguments) => {
                write!(f, "the function `{name}({})`", arguments.unwrap_or(""))
            }
            RemovedFeature::Call(name) => write!(f, "the function `{name}()`"),
            RemovedFeature::Operator(name, operands) => {
                let (left, right) = operands.split_once(',').unwrap_or((operands, ""));
                let text = format!("{left} {name} {right}");
                write!(f, "the operator `{}`", text.trim())
            }
            RemovedFeature::Column(SEQUENCE, column) => {
                write!(f, "the column `{column}` of a sequence")
            }
            RemovedFeature::Column(relation, column) => {
                write!(f, "the column `{relation}.{column}`")
            }
            RemovedFeature::Relation(name) => write!(f, "`{name}`"),
            RemovedFeature::Parameter(name) => write!(f, "the parameter `{name}`"),
            RemovedFeature::Definition(name) => f.write_str(name),
        }
    }
}

/// Relation name for every user sequence. Up to 9.6, each sequence has its definition as columns.
pub const SEQUENCE: &str = "(sequence)";

/// Returns all entries.
pub fn all() -> impl Iterator<Item = &'static Removal> {
    [
        columns::CATALOGS,
        columns::STATISTICS,
        named_objects::TYPES,
        named_objects::FUNCTIONS,
        named_objects::OPERATORS,
        named_objects::PARAMETERS,
        named_objects::DEFINITIONS,
    ]
    .into_iter()
    .flatten()
}

/// Finds the entry with this key.
pub fn find(kind: &str, name: &str, detail: &str) -> Option<&'static Removal> {
    all().find(|r| r.feature.key() == (kind, name, detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_is_unique_and_names_a_replacement() {
        let mut words: Vec<_> = all().map(|r| r.feature.key()).collect();
        let count = words.len();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), count, "an entry stands twice");
        for removal in all() {
            assert!(!removal.replacement.is_empty(), "{}", removal.feature);
            assert_eq!(
                removal.replacement.matches('`').count() % 2,
                0,
                "{}",
                removal.feature
            );
            assert!(
                (90_500..=180_000).contains(&removal.removed_in),
                "{}",
                removal.feature
            );
        }
    }

    #[test]
    fn a_removal_between_the_major_versions_affects_the_migration() {
        let waiting = find("column", "pg_stat_activity", "waiting").expect("an entry");
        assert!(waiting.affects(90_525, 100_000) && waiting.affects(90_525, 180_000));
        assert!(!waiting.affects(90_600, 180_000) && !waiting.affects(90_400, 90_525));
        // A server that was upgraded without its extension still has the old view.
        let total = find("column", "pg_stat_statements", "total_time").expect("an entry");
        assert!(total.affects(140_000, 140_000) && !total.affects(110_000, 120_000));
        assert_eq!(waiting.release_name(), "9.6");
        assert_eq!(
            total.release_notes_url(),
            "https://www.postgresql.org/docs/release/13.0/"
        );
    }

    #[test]
    fn removed_features_are_formatted_for_readers() {
        let name = |kind, name, detail| {
            find(kind, name, detail)
                .expect("an entry")
                .feature
                .to_string()
        };
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
