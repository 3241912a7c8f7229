//! What PostgreSQL took away between two majors that an object of a user's database can hold on to, as one dated table.
//! Here: what an entry is, and [`all`]. The entries lie in the files below, by kind.
//! Not here: how uses are found (`queries/removed_*.sql`, `facts::removed`), which release breaks what else
//! (`release_notes`).
//!
//! As of 2026-11, for sources from 9.5 to 17 and targets from 9.6 to 18. From the release notes' lists of
//! incompatibilities, pg_upgrade's `check.c`, and the differences between the catalogs of real servers 10 to 18, which a
//! test holds the table against; entries of 9.6 and 10 rest on the release notes. Left out: what only C code can name,
//! languages (no untrusted one can be had on the target anyway), and extensions that went as a whole.

mod columns;
mod definitions;
mod names;
mod operators;
mod statistics;

/// What was taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A type of `pg_catalog`.
    Type(&'static str),
    /// A function of `pg_catalog`: all of that name, or the one with these arguments as `oidvectortypes` writes them.
    Function(&'static str, Option<&'static str>),
    /// A function that takes or gives a type which is gone too: definitions are found by the type, bodies by this name.
    Call(&'static str),
    /// An operator by its name and the `typname`s of its operands, an absent one empty: `int8,`.
    Operator(&'static str, &'static str),
    /// A column of a catalog, a system view or a view of an extension.
    Column(&'static str, &'static str),
    /// A catalog or a system view as a whole.
    Relation(&'static str),
    /// A server parameter.
    Parameter(&'static str),
    /// A way to define objects that users were free to take.
    Definition(&'static str),
}

/// One entry of the table.
#[derive(Debug)]
pub struct Removal {
    /// `server_version_num` of the first release without it.
    pub gone: u32,
    pub what: What,
    /// The extension whose it was. Its version need not follow the server's, so the target's major alone decides.
    pub extension: Option<&'static str>,
    /// What takes its place, in words.
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

    /// Whether a migration between these servers (`server_version_num`) crosses it.
    pub fn is_between(&self, source: u32, target: u32) -> bool {
        target >= self.gone && (self.extension.is_some() || source < self.gone)
    }

    /// The release that took it away: `9.6`, `14`.
    pub fn release(&self) -> String {
        match self.gone {
            100_000.. => (self.gone / 10_000).to_string(),
            old => format!("{}.{}", old / 10_000, old / 100 % 100),
        }
    }

    /// The notes of that release.
    pub fn notes(&self) -> String {
        format!(
            "https://www.postgresql.org/docs/release/{}.0/",
            self.release()
        )
    }
}

impl What {
    /// The three words that name it in queries and their answers: kind, name, detail.
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

/// As a sentence names it, in backticks.
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

/// Stands for every sequence of a user: up to 9.6 a sequence showed its definition as columns of its own.
pub const SEQUENCE: &str = "(sequence)";

/// Every entry.
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

/// The entry with these words.
pub fn find(kind: &str, name: &str, detail: &str) -> Option<&'static Removal> {
    all().find(|r| r.what.words() == (kind, name, detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_stands_once_and_says_what_to_use() {
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
    fn a_migration_crosses_what_goes_between_its_majors() {
        let waiting = find("column", "pg_stat_activity", "waiting").expect("an entry");
        assert!(waiting.is_between(90_525, 100_000) && waiting.is_between(90_525, 180_000));
        assert!(!waiting.is_between(90_600, 180_000) && !waiting.is_between(90_400, 90_525));
        // A server that was upgraded under its extension still has the old view.
        let total = find("column", "pg_stat_statements", "total_time").expect("an entry");
        assert!(total.is_between(140_000, 140_000) && !total.is_between(110_000, 120_000));
        assert_eq!(waiting.release(), "9.6");
        assert_eq!(
            total.notes(),
            "https://www.postgresql.org/docs/release/13.0/"
        );
    }

    #[test]
    fn what_is_gone_is_named_as_people_do() {
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
