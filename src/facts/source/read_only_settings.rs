//! Where `default_transaction_read_only` is set, and the value for the migration user in a database.

use serde::Deserialize;

use super::source_parameters::SourceParameters;
use crate::config::SourceServer;
use crate::facts::Fact;
use crate::facts::sql_reader::read_rows;
use crate::question::{Answers, Question};

pub const READ_ONLY_PARAMETER: &str = "default_transaction_read_only";

/// A value for a database, a role, or a role in a database. `None` means all databases or all roles.
#[derive(Debug, Clone, Deserialize)]
struct ReadOnlyRow {
    database: Option<String>,
    role: Option<String>,
    value: String,
}

/// All settings of the parameter.
#[derive(Debug)]
pub struct ReadOnlySettings {
    rows: Vec<ReadOnlyRow>,
    server: Fact<bool>,
}

/// The level of the setting that applies to a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReadOnlyLevel {
    Server,
    AllRoles,
    Database,
    Role,
    RoleInDatabase,
}

impl ReadOnlySettings {
    /// Whether a session of `role` in `database` starts read-only, and the level that decides this. The most specific
    /// level wins.
    pub fn effective(&self, database: &str, role: &str) -> Fact<(bool, ReadOnlyLevel)> {
        let applies = |row: &&ReadOnlyRow| {
            row.database.as_deref().is_none_or(|d| d == database)
                && row.role.as_deref().is_none_or(|r| r == role)
        };
        let level = |row: &ReadOnlyRow| match (&row.database, &row.role) {
            (None, None) => ReadOnlyLevel::AllRoles,
            (Some(_), None) => ReadOnlyLevel::Database,
            (None, Some(_)) => ReadOnlyLevel::Role,
            (Some(_), Some(_)) => ReadOnlyLevel::RoleInDatabase,
        };
        match self
            .rows
            .iter()
            .filter(applies)
            .max_by_key(|row| level(row))
        {
            Some(row) => Ok((parse_bool(&row.value), level(row))),
            None => self.server.clone().map(|on| (on, ReadOnlyLevel::Server)),
        }
    }
}

/// The spellings that PostgreSQL accepts as true. Settings are stored as written.
fn parse_bool(value: &str) -> bool {
    let value = value.trim().to_ascii_lowercase();
    value == "1" || value == "on" || "true".starts_with(&value) || "yes".starts_with(&value)
}

/// Query `read_only_settings`.
pub fn question(source: &SourceServer) -> Question {
    Question::on_source(&source.database, "read_only_settings")
}

pub fn read(
    source: &SourceServer,
    settings: &Fact<SourceParameters>,
    answers: &Answers,
) -> Fact<ReadOnlySettings> {
    Ok(ReadOnlySettings {
        rows: read_rows(answers, &question(source))?,
        server: settings
            .as_ref()
            .map_err(Clone::clone)
            .and_then(server_value),
    })
}

/// The server-level value. A value set for the connected role, its database or the session hides it.
fn server_value(settings: &SourceParameters) -> Fact<bool> {
    let value = settings.value(READ_ONLY_PARAMETER)?;
    let session_sources = ["database", "user", "database user", "client", "session"];
    match settings.find(READ_ONLY_PARAMETER) {
        Some(setting) if session_sources.contains(&setting.source.as_str()) => {
            let reason = format!(
                "the asking role has its own `{READ_ONLY_PARAMETER}`, which hides the server's"
            );
            let missing = settings.unreadable(reason);
            Err(missing.with_advice("ask as a role, and in a database, that sets none"))
        }
        _ => Ok(parse_bool(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_specific_level_wins() {
        let row = |database: Option<&str>, role: Option<&str>, value: &str| ReadOnlyRow {
            database: database.map(str::to_owned),
            role: role.map(str::to_owned),
            value: value.to_owned(),
        };
        let facts = ReadOnlySettings {
            rows: vec![
                row(None, None, "on"),
                row(Some("d"), None, "off"),
                row(None, Some("r"), "t"),
                row(Some("e"), Some("r"), "0"),
            ],
            server: Ok(false),
        };
        assert_eq!(
            facts.effective("d", "x"),
            Ok((false, ReadOnlyLevel::Database))
        );
        assert_eq!(facts.effective("d", "r"), Ok((true, ReadOnlyLevel::Role)));
        assert_eq!(
            facts.effective("e", "r"),
            Ok((false, ReadOnlyLevel::RoleInDatabase))
        );
        assert_eq!(
            facts.effective("f", "x"),
            Ok((true, ReadOnlyLevel::AllRoles))
        );
    }

    #[test]
    fn spellings_of_true_are_recognized() {
        assert!(
            ["on", "1", "TRUE", "tr", "yes", "y"]
                .into_iter()
                .all(parse_bool)
        );
        assert!(!["off", "0", "false", "no", "f"].into_iter().any(parse_bool));
    }
}
