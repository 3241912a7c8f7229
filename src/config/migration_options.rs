//! The options of one migration, in a plan or on the command line, before resolution.

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;

use super::plan_file::toml_error;
use super::{Cidr, MigrationMode, ServerId, SourceExposure, SourceKind, SourceTls};

/// What is said of one migration, in a plan or on the command line. Nothing is required here.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MigrationOptions {
    pub name: Option<String>,
    /// A connection string without a password.
    pub source: Option<String>,
    pub target: Option<String>,
    pub mode: Option<MigrationMode>,
    pub databases: Option<Vec<String>>,
    pub migration_user: Option<String>,
    pub source_kind: Option<SourceKind>,
    pub source_exposure: Option<SourceExposure>,
    #[serde(default, deserialize_with = "toml_error::vcores")]
    pub source_vcores: Option<u32>,
    #[serde(default, deserialize_with = "toml_error::memory")]
    pub source_memory_gib: Option<f64>,
    pub source_vnet: Option<String>,
    pub runtime_server: Option<String>,
    pub source_address: Option<String>,
    #[schemars(with = "Option<String>")]
    pub source_reached_from: Option<Cidr>,
    pub source_tls: Option<SourceTls>,
    /// The flexible server that the source is, where it is one.
    #[schemars(with = "Option<String>")]
    pub source_id: Option<ServerId>,
    /// A connection string to the target without a password.
    pub target_url: Option<String>,
    pub target_user: Option<String>,
    pub overwrite: Option<bool>,
    pub identity_migrates: Option<bool>,
    /// The environment variable that holds the source's password.
    pub source_password_env: Option<String>,
    /// The file that holds the source's password and nothing else, relative to the plan.
    pub source_password_file: Option<PathBuf>,
    /// The environment variable that holds the target's password.
    pub target_password_env: Option<String>,
    /// The file that holds the target's password and nothing else, relative to the plan.
    pub target_password_file: Option<PathBuf>,
    /// File and line, if the migration is from a plan.
    #[serde(skip)]
    pub plan_position: Option<(String, usize)>,
}

/// The source of a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordSource {
    /// libpq's conventions: PGPASSWORD, a password file, or no password.
    Libpq,
    Variable(String),
    File(PathBuf),
}

impl PasswordSource {
    fn new(variable: Option<&String>, file: Option<&PathBuf>) -> Self {
        match (variable, file) {
            (Some(name), _) => PasswordSource::Variable(name.clone()),
            (None, Some(path)) => PasswordSource::File(path.clone()),
            (None, None) => PasswordSource::Libpq,
        }
    }
}

impl MigrationOptions {
    /// These options, with unset options taken from `other`.
    #[must_use]
    pub fn with_defaults(self, defaults: &MigrationOptions) -> MigrationOptions {
        let o = defaults.clone();
        MigrationOptions {
            name: self.name.or(o.name),
            source: self.source.or(o.source),
            target: self.target.or(o.target),
            mode: self.mode.or(o.mode),
            databases: self.databases.or(o.databases),
            migration_user: self.migration_user.or(o.migration_user),
            source_kind: self.source_kind.or(o.source_kind),
            source_exposure: self.source_exposure.or(o.source_exposure),
            source_vcores: self.source_vcores.or(o.source_vcores),
            source_memory_gib: self.source_memory_gib.or(o.source_memory_gib),
            source_vnet: self.source_vnet.or(o.source_vnet),
            runtime_server: self.runtime_server.or(o.runtime_server),
            source_address: self.source_address.or(o.source_address),
            source_reached_from: self.source_reached_from.or(o.source_reached_from),
            source_tls: self.source_tls.or(o.source_tls),
            source_id: self.source_id.or(o.source_id),
            target_url: self.target_url.or(o.target_url),
            target_user: self.target_user.or(o.target_user),
            overwrite: self.overwrite.or(o.overwrite),
            identity_migrates: self.identity_migrates.or(o.identity_migrates),
            source_password_env: self.source_password_env.or(o.source_password_env),
            source_password_file: self.source_password_file.or(o.source_password_file),
            target_password_env: self.target_password_env.or(o.target_password_env),
            target_password_file: self.target_password_file.or(o.target_password_file),
            plan_position: self.plan_position.or(o.plan_position),
        }
    }

    /// Describes the migration for errors: file, line and name.
    pub fn describe(&self) -> String {
        let line = self.plan_position.as_ref();
        let place = line.map_or(String::new(), |(file, line)| format!("{file}:{line}: "));
        let name = self.name.as_ref();
        let name = name.map_or(String::new(), |name| format!(" `{name}`"));
        format!("{place}the migration{name}")
    }

    pub fn source_password(&self) -> PasswordSource {
        PasswordSource::new(
            self.source_password_env.as_ref(),
            self.source_password_file.as_ref(),
        )
    }

    pub fn target_password(&self) -> PasswordSource {
        PasswordSource::new(
            self.target_password_env.as_ref(),
            self.target_password_file.as_ref(),
        )
    }

    /// Resolves relative paths against the directory of the plan.
    pub(crate) fn relative_to(mut self, plan: &Path) -> Self {
        let folder = plan.parent().unwrap_or(Path::new(""));
        let files = [
            &mut self.source_password_file,
            &mut self.target_password_file,
        ];
        for file in files.into_iter().flatten() {
            *file = folder.join(&file);
        }
        self
    }
}
