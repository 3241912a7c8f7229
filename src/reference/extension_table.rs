//! Extensions that each target major version offers, and which of them must be preloaded.
//!
//! The documented table is used for targets whose own list (`azure.extensions`) could not be read. No answer contains
//! whether an extension must be preloaded.

/// The table, as of 2025-11-18. Source:
/// <https://learn.microsoft.com/azure/postgresql/extensions/concepts-extensions-versions>.
const TABLE: &str = include_str!("extensions.tsv");

/// Date of the table.
pub const AS_OF: &str = "2025-11-18";

/// Whether an extension has a library that must be in `shared_preload_libraries`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preload {
    Needed,
    NotNeeded,
}

/// The row of one extension.
#[derive(Debug, Clone, Copy)]
pub struct ExtensionRow {
    pub preload: Preload,
    /// Whether it is a library without an extension. Such libraries are not in `azure.extensions`.
    pub is_module: bool,
    versions: &'static str,
}

impl ExtensionRow {
    /// Returns the version that a target of this major version offers. `None` means that the extension is not offered,
    /// and `Some("")` that the table has no version.
    pub fn version_on(&self, major: u32) -> Option<&'static str> {
        let column = majors().position(|m| m == major)?;
        match self.versions.split('\t').nth(column)? {
            "-" => None,
            "NV" => Some(""),
            version => Some(version),
        }
    }
}

/// Finds the row of an extension, ignoring case.
pub fn find(name: &str) -> Option<ExtensionRow> {
    TABLE.lines().skip(2).find_map(|line| {
        let mut columns = line.splitn(3, '\t');
        let (row, preload, versions) = (columns.next()?, columns.next()?, columns.next()?);
        row.eq_ignore_ascii_case(name).then_some(ExtensionRow {
            preload: if preload == "n" {
                Preload::NotNeeded
            } else {
                Preload::Needed
            },
            is_module: preload == "module",
            versions,
        })
    })
}

/// Whether the table has a column for this major version.
pub fn has_major(major: u32) -> bool {
    majors().any(|m| m == major)
}

fn majors() -> impl Iterator<Item = u32> {
    TABLE
        .lines()
        .nth(1)
        .unwrap_or_default()
        .split('\t')
        .skip(2)
        .filter_map(|m| m.parse().ok())
}

/// Returns the name of the library to preload, which can differ from the name of the extension.
pub fn library_name(extension: &str) -> &str {
    match extension {
        "pg_partman" => "pg_partman_bgw",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_columns_of_the_table_are_found() {
        assert_eq!(find("timescaledb").and_then(|e| e.version_on(18)), None);
        assert!(find("PG_CRON").is_some_and(|e| e.preload == Preload::Needed));
        assert!(
            find("hstore")
                .is_some_and(|e| e.version_on(16).is_some() && e.preload == Preload::NotNeeded)
        );
        assert!(find("wal2json").is_some_and(|e| e.is_module));
        assert!(find("file_fdw").is_none());
        assert!(has_major(11) && !has_major(10));
    }
}
