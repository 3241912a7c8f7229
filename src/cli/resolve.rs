//! Resolves a migration request: parses connection strings and names, finds passwords, applies looked-up host names.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use secrecy::{ExposeSecret, SecretString};

use super::env::env;
use super::error::CliError;
use crate::backend::postgres::conninfo::{ConnectOptions, check_syntax, contains_secret};
use crate::config::migration_options::{MigrationOptions, PasswordSource};
use crate::config::{
    AzureLocation, Migration, MigrationScope, ServerId, SourceServer, TargetServer, TargetSql,
};

/// A migration with the connect options of its servers.
pub struct ResolvedMigration {
    pub migration: Migration,
    pub source_connection: Option<ConnectOptions>,
    /// The connection to the target databases, if specified.
    pub target_connection: Option<ConnectOptions>,
}

/// Looked-up host names, lower case: the server, or why it is unknown.
pub type HostLookups = BTreeMap<String, Result<ServerId, String>>;

/// A requested migration, before any lookup.
#[derive(Debug, Clone)]
pub struct MigrationRequest {
    pub scope: MigrationScope,
    pub options: MigrationOptions,
    pub location: Option<AzureLocation>,
    pub api_version: String,
}

impl MigrationRequest {
    /// A migration of a plan. Its scope is the sides that it specifies.
    ///
    /// # Errors
    /// No side is specified, a connection string contains a password, or a connection string is invalid.
    pub fn from_plan(options: MigrationOptions, api_version: &str) -> Result<Self, CliError> {
        let scope = match (&options.source, &options.target) {
            (Some(_), Some(_)) => MigrationScope::Pair,
            (None, Some(_)) => MigrationScope::Target,
            (Some(_), None) => MigrationScope::Source,
            (None, None) => {
                let name = options.name.unwrap_or_else(|| "without a name".to_owned());
                return Err(CliError::NoSourceOrTarget { name });
            }
        };
        let texts = [&options.source, &options.target_url];
        if texts
            .into_iter()
            .flatten()
            .any(|text| contains_secret(text))
        {
            let place = options.describe();
            return Err(CliError::PasswordInPlan { place });
        }
        for (key, text, is_checked) in [
            ("source", &options.source, scope.has_source()),
            ("target_url", &options.target_url, scope.has_target()),
        ] {
            if let Some(Err(fault)) = text.as_deref().filter(|_| is_checked).map(check_syntax) {
                let place = format!("{}, `{key}`", options.describe());
                return Err(CliError::ConnectionStringAt { place, fault });
            }
        }
        Ok(MigrationRequest {
            scope,
            options,
            location: None,
            api_version: api_version.to_owned(),
        })
    }

    /// Validates the request before any lookup.
    ///
    /// # Errors
    /// The errors of [`MigrationRequest::resolve`].
    pub fn validate(&self) -> Result<ResolvedMigration, CliError> {
        let host = self.host();
        let unknown = host.map(|host| (host, Err(String::new())));
        self.clone().resolve(&unknown.into_iter().collect())
    }

    pub fn uses_azure(&self) -> bool {
        self.scope.has_target() || self.options.source_id.is_some()
    }

    /// The host name of the target, if the target is specified by host name.
    pub fn host(&self) -> Option<String> {
        let target = self
            .options
            .target
            .as_deref()
            .filter(|_| self.scope.has_target());
        target.and_then(parse_azure_host)
    }

    /// Resolves the request. A target whose host name was not found is `None`, so its facts are missing.
    ///
    /// # Errors
    /// An invalid target or connection string; a missing side; a password that cannot be read.
    pub fn resolve(self, hosts: &HostLookups) -> Result<ResolvedMigration, CliError> {
        let (scope, options) = (self.scope, self.options);
        let target_access = match &options.target_url {
            Some(text) if scope.has_target() => Some(target_connect_options(text, &options)?),
            _ => None,
        };
        let target = if scope.has_target() {
            resolve_target(&options, hosts, &self.api_version, target_access.as_ref())?
        } else {
            None
        };
        let access = if scope.has_source() {
            Some(source_connect_options(&options)?)
        } else {
            None
        };
        let source = access.as_ref().map(source_server);
        let name = options.name.clone();
        let name = name.unwrap_or_else(|| default_name(target.as_ref(), source.as_ref()));
        let mut migration = Migration {
            name,
            scope,
            target,
            source,
            location: self.location,
            ..Migration::default()
        };
        options.apply_to(&mut migration)?;
        Ok(ResolvedMigration {
            migration,
            source_connection: access,
            target_connection: target_access,
        })
    }
}

/// The host name in `target`, such as `orders.postgres.database.azure.com`, in lower case.
fn parse_azure_host(target: &str) -> Option<String> {
    let target = target.trim().trim_end_matches('.');
    let is_host_char = |c: char| c.is_ascii_alphanumeric() || ".-".contains(c);
    (target.contains(".postgres.") && target.chars().all(is_host_char))
        .then(|| target.to_lowercase())
}

fn resolve_target(
    options: &MigrationOptions,
    hosts: &HostLookups,
    api_version: &str,
    access: Option<&ConnectOptions>,
) -> Result<Option<TargetServer>, CliError> {
    let missing = || missing_side(options, "target", "source");
    let text = options.target.as_deref().ok_or_else(missing)?;
    let id = match parse_azure_host(text).and_then(|host| hosts.get(&host)) {
        Some(Ok(id)) => id.clone(),
        Some(Err(_)) => return Ok(None),
        None => text.parse()?,
    };
    let sql = access.map(|a| TargetSql {
        host: a.host(),
        port: a.port(),
        database: a.database().to_owned(),
        user: a.user().to_owned(),
        migration_user: options.target_user.clone(),
    });
    Ok(Some(TargetServer {
        id,
        api_version: api_version.to_owned(),
        sql,
    }))
}

fn missing_side(options: &MigrationOptions, side: &'static str, other: &'static str) -> CliError {
    match options.plan_position {
        Some(_) => CliError::SideMissingInPlan {
            place: options.describe(),
            side,
            other,
        },
        None => CliError::SideMissing { side, other },
    }
}

/// The connect options of the target databases.
///
/// Host, user and password in the environment belong to the source and are ignored. A password must not be sent to
/// a different server.
fn target_connect_options(
    text: &str,
    options: &MigrationOptions,
) -> Result<ConnectOptions, CliError> {
    let password = read_password(&options.target_password())?;
    let variable = |name: &str| match name {
        "PGDATABASE" => Some("postgres".to_owned()),
        "PGPASSWORD" => password.as_ref().map(|p| p.expose_secret().to_owned()),
        "PGHOST" | "PGHOSTADDR" | "PGPORT" | "PGUSER" | "PGSERVICE" => None,
        _ => env(name),
    };
    Ok(ConnectOptions::resolve(Some(text), &variable)?)
}

/// The connect options of the source. Without a connection string, the environment must contain PGHOST, PGHOSTADDR,
/// PGSERVICE or PGDATABASE. Otherwise libpq's defaults could select a source that the user did not specify.
fn source_connect_options(options: &MigrationOptions) -> Result<ConnectOptions, CliError> {
    let is_configured = ["PGHOST", "PGHOSTADDR", "PGSERVICE", "PGDATABASE"]
        .iter()
        .any(|name| env(name).is_some());
    if options.source.is_none() && !is_configured {
        return Err(missing_side(options, "source", "target"));
    }
    let password = read_password(&options.source_password())?;
    let variable = |name: &str| match (name, &password) {
        ("PGPASSWORD", Some(password)) => Some(password.expose_secret().to_owned()),
        _ => env(name),
    };
    let access = ConnectOptions::resolve(options.source.as_deref(), &variable)?;
    for warning in access.warnings() {
        tracing::warn!("{warning}");
    }
    Ok(access)
}

/// The password that the plan refers to; `None` if libpq's conventions apply.
fn read_password(source: &PasswordSource) -> Result<Option<SecretString>, CliError> {
    match source {
        PasswordSource::Libpq => Ok(None),
        PasswordSource::Variable(name) => match env(name) {
            Some(password) => Ok(Some(password.into())),
            None => Err(CliError::PasswordVariableNotSet { name: name.clone() }),
        },
        PasswordSource::File(path) => read_password_file(path).map(Some),
    }
}

/// Reads a password file. A trailing newline is removed.
fn read_password_file(path: &Path) -> Result<SecretString, CliError> {
    let text = fs::read_to_string(path).map_err(|source| CliError::PasswordFileUnreadable {
        path: path.to_owned(),
        source,
    })?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned().into())
}

fn source_server(access: &ConnectOptions) -> SourceServer {
    SourceServer {
        host: access.host(),
        port: access.port(),
        database: access.database().to_owned(),
        user: access.user().to_owned(),
        ..SourceServer::default()
    }
}

fn default_name(target: Option<&TargetServer>, source: Option<&SourceServer>) -> String {
    match (source, target) {
        (_, Some(target)) => target.id.name.clone(),
        (Some(source), None) => source.database.clone(),
        (None, None) => "migration".to_owned(),
    }
}
