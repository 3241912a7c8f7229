//! Where `default_transaction_read_only` is set, and the value for the migration user in a database.

use serde::Deserialize;

use super::Fact;
use super::rows::rows;
use super::settings::Settings;
use crate::plan::SourceServer;
use crate::question::{Answers, Question};

pub const PARAMETER: &str = "default_transaction_read_only";

/// A value for a database, a role, or a role in a database. `None` means all databases or all roles.
#[derive(Debug, Clone, Deserialize)]
struct Row {
    database: Option<String>,
    role: Option<String>,
    value: String,
}

/// All settings of the parameter.
#[derive(Debug)]
pub struct ReadOnly {
    rows: Vec<Row>,
    server: Fact<bool>,
}

/// The level of the setting that applies to a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Server,
    AllRoles,
    Database,
    Role,
    RoleInDatabase,
}

impl ReadOnly {
    /// Whether a session of `role` in `database` starts read-only, and the level that decides this. The most specific
    /// level wins.
    pub fn of(&self, database: &str, role: &str) -> Fact<(bool, Place)> {
        let fits = |row: &&Row| {
            row.database.as_deref().is_none_or(|d| d == database)
                && row.role.as_deref().is_none_or(|r| r == role)
        };
        let place = |row: &Row| match (&row.database, &row.role) {
            (None, None) => Place::AllRoles,
            (Some(_), None) => Place::Database,
            (None, Some(_)) => Place::Role,
            (Some(_), Some(_)) => Place::RoleInDatabase,
        };
        match self.rows.iter().filter(fits).max_by_key(|row| place(row)) {
            Some(row) => Ok((is_on(&row.value), place(row))),
            None => self.server.clone().map(|on| (on, Place::Server)),
        }
    }
}

/// The spellings that PostgreSQL accepts as true. Settings are stored as written.
fn is_on(value: &str) -> bool {
    let value = value.trim().to_ascii_lowercase();
    value == "1" || value == "on" || "true".starts_with(&value) || "yes".starts_with(&value)
}

/// Query `read_only_settings`.
pub fn question(source: &SourceServer) -> Question {
    Question::on_source(&source.database, "read_only_settings")
}

pub fn read(source: &SourceServer, settings: &Fact<Settings>, answers: &Answers) -> Fact<ReadOnly> {
    Ok(ReadOnly {
        rows: rows(answers, &question(source))?,
        server: settings.as_ref().map_err(Clone::clone).and_then(server),
    })
}

/// The server-level value. A value set for the connected role, its database or the session hides it.
fn server(settings: &Settings) -> Fact<bool> {
    let value = settings.value(PARAMETER)?;
    let own = ["database", "user", "database user", "client", "session"];
    match settings.find(PARAMETER) {
        Some(setting) if own.contains(&setting.source.as_str()) => {
            let reason =
                format!("the asking role has its own `{PARAMETER}`, which hides the server's");
            let missing = settings.unreadable(reason);
            Err(missing.with_remedy("ask as a role, and in a database, that sets none"))
        }
        _ => Ok(is_on(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_specific_level_wins() {
        let row = |database: Option<&str>, role: Option<&str>, value: &str| Row {
            database: database.map(str::to_owned),
            role: role.map(str::to_owned),
            value: value.to_owned(),
        };
        let facts = ReadOnly {
            rows: vec![
                row(None, None, "on"),
                row(Some("d"), None, "off"),
                row(None, Some("r"), "t"),
                row(Some("e"), Some("r"), "0"),
            ],
            server: Ok(false),
        };
        assert_eq!(facts.of("d", "x"), Ok((false, Place::Database)));
        assert_eq!(facts.of("d", "r"), Ok((true, Place::Role)));
        assert_eq!(facts.of("e", "r"), Ok((false, Place::RoleInDatabase)));
        assert_eq!(facts.of("f", "x"), Ok((true, Place::AllRoles)));
    }

    #[test]
    fn spellings_of_true_are_recognized() {
        assert!(["on", "1", "TRUE", "tr", "yes", "y"].into_iter().all(is_on));
        assert!(!["off", "0", "false", "no", "f"].into_iter().any(is_on));
    }
}
