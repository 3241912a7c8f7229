//! Server parameters of the source, from `pg_settings`.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::config::SourceServer;
use crate::facts::sql_reader::read_rows;
use crate::facts::{Fact, Grant, Missing};
use crate::question::{Answers, Question};

/// One server parameter of the source.
#[derive(Debug, Clone, Deserialize)]
pub struct SourceParameter {
    pub name: String,
    /// The value for a new session. Parameters that this program sets in its own session do not change it.
    pub reset_val: Option<String>,
    /// The built-in value.
    pub boot_val: Option<String>,
    pub unit: Option<String>,
    pub vartype: String,
    /// Origin of the value: `default`, `configuration file`, `override`, `database`, …
    pub source: String,
    /// `internal`, `postmaster`, `sighup`, …
    pub context: String,
}

impl SourceParameter {
    /// Whether the value for the whole server was changed from the built-in one. Values computed by the server
    /// (`override`), set by a client, or set for a role or database do not count.
    pub fn is_customized(&self) -> bool {
        let server_sources = ["configuration file", "command line", "session"];
        self.context != "internal"
            && server_sources.contains(&self.source.as_str())
            && self.reset_val != self.boot_val
    }
}

/// All parameters that the connected role can read, by name.
#[derive(Debug, Clone)]
pub struct SourceParameters {
    question: Question,
    by_name: BTreeMap<String, SourceParameter>,
}

impl SourceParameters {
    /// The parameter with this name. `None` if this version does not have it, or the role cannot read it.
    pub fn find(&self, name: &str) -> Option<&SourceParameter> {
        self.by_name.get(&name.to_lowercase())
    }

    /// The value of a parameter that all roles can read in all versions.
    pub fn value(&self, name: &str) -> Fact<&str> {
        self.find(name)
            .and_then(|s| s.reset_val.as_deref())
            .ok_or_else(|| {
                Missing::unreadable(&self.question, format!("`pg_settings` shows no `{name}`"))
                    .with_advice("grant `pg_read_all_settings` (10 and newer) to the user who asks")
                    .with_grant(Grant::Membership("pg_read_all_settings".to_owned()))
            })
    }

    /// A parameter that this version has is hidden from the role, or has an invalid value.
    pub(crate) fn hidden_parameter(&self, name: &str) -> Missing {
        Missing::unreadable(
            &self.question,
            format!("`pg_settings` shows no usable `{name}`"),
        )
        .with_advice(
            "grant `pg_read_all_settings` or `pg_monitor` (10 and newer) to the user who asks",
        )
    }

    /// The value of a numeric parameter that all roles can read in all versions, in its own unit.
    pub fn number(&self, name: &str) -> Fact<i64> {
        let value = self.value(name)?;
        value
            .trim()
            .parse()
            .map_err(|_| self.unreadable(format!("`{name}` is `{value}`, which is no number")))
    }

    /// A [`Missing`] for information that the parameters do not contain.
    pub(crate) fn unreadable(&self, reason: impl Into<String>) -> Missing {
        Missing::unreadable(&self.question, reason)
    }

    /// The value of a parameter that ordinary roles cannot read.
    pub fn privileged_value(&self, name: &str) -> Fact<&str> {
        self.value(name).map_err(|missing| {
            missing.with_advice(
                "give the user who asks membership in pg_read_all_settings (10 and newer), or SUPERUSER",
            )
        })
    }

    /// Libraries loaded at server start, without path and suffix: `$libdir/plugins/x.so` is `x`.
    pub fn preloaded_libraries(&self) -> Fact<Vec<String>> {
        let list = self.privileged_value("shared_preload_libraries")?;
        let library_name = |path: &str| {
            let path = path.trim().trim_matches('"');
            let name = path.rsplit('/').next().unwrap_or(path);
            name.strip_suffix(".so").unwrap_or(name).to_owned()
        };
        Ok(list
            .split(',')
            .map(library_name)
            .filter(|name| !name.is_empty())
            .collect())
    }

    /// Whether the server loads this library at start.
    pub fn preloads(&self, library: &str) -> Fact<bool> {
        Ok(self.preloaded_libraries()?.iter().any(|l| l == library))
    }

    /// All parameters, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = &SourceParameter> {
        self.by_name.values()
    }
}

/// Query `settings`.
pub fn question(source: &SourceServer) -> Question {
    Question::on_source(&source.database, "settings")
}

/// Reads the parameters. An empty list is unreadable, because every server has parameters.
pub fn read(source: &SourceServer, answers: &Answers) -> Fact<SourceParameters> {
    let question = question(source);
    let all: Vec<SourceParameter> = read_rows(answers, &question)?;
    if all.is_empty() {
        return Err(Missing::unreadable(
            &question,
            "the list of settings is empty",
        ));
    }
    let by_name = all
        .into_iter()
        .map(|s| (s.name.to_lowercase(), s))
        .collect();
    Ok(SourceParameters { question, by_name })
}
