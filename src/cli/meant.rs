//! Resolves a migration request: parses connection strings and names, finds passwords, applies looked-up host names.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use secrecy::{ExposeSecret, SecretString};

use super::Error;
use super::details;
use super::environment::env;
use crate::inputs::postgres::conninfo::{Access, has_password_in, readable};
use crate::plan::file::{Password, Wish};
use crate::plan::{Location, Migration, Scope, ServerId, SourceServer, Target, TargetSql};

/// A migration with the connect options of its servers.
pub struct Meant {
    pub migration: Migration,
    pub access: Option<Access>,
    /// The connection to the target databases, if specified.
    pub target_access: Option<Access>,
}

/// Looked-up host names, lower case: the server, or why it is unknown.
pub type Hosts = BTreeMap<String, Result<ServerId, String>>;

/// A requested migration, before any lookup.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub scope: Scope,
    pub wish: Wish,
    pub location: Option<Location>,
    pub api_version: String,
}

impl Wanted {
    /// A migration of a plan. Its scope is the sides that it specifies.
    ///
    /// # Errors
    /// No side is specified, a connection string contains a password, or a connection string is invalid.
    pub fn planned(wish: Wish, api_version: &str) -> Result<Self, Error> {
        let scope = match (&wish.source, &wish.target) {
            (Some(_), Some(_)) => Scope::Pair,
            (None, Some(_)) => Scope::Target,
            (Some(_), None) => Scope::Source,
            (None, None) => {
                let name = wish.name.unwrap_or_else(|| "without a name".to_owned());
                return Err(Error::NothingToMigrate { name });
            }
        };
        let texts = [&wish.source, &wish.target_url];
        if texts
            .into_iter()
            .flatten()
            .any(|text| has_password_in(text))
        {
            let place = wish.place();
            return Err(Error::PasswordInPlan { place });
        }
        for (key, text, is_judged) in [
            ("source", &wish.source, scope.has_source()),
            ("target_url", &wish.target_url, scope.has_target()),
        ] {
            if let Some(Err(fault)) = text.as_deref().filter(|_| is_judged).map(readable) {
                let place = format!("{}, `{key}`", wish.place());
                return Err(Error::Conninfo { place, fault });
            }
        }
        Ok(Wanted {
            scope,
            wish,
            location: None,
            api_version: api_version.to_owned(),
        })
    }

    /// Validates the request before any lookup.
    ///
    /// # Errors
    /// The errors of [`MigrationRequest::resolve`].
    pub fn check(&self) -> Result<Meant, Error> {
        let host = self.host();
        let unknown = host.map(|host| (host, Err(String::new())));
        self.clone().meant(&unknown.into_iter().collect())
    }

    pub fn asks_azure(&self) -> bool {
        self.scope.has_target() || self.wish.source_id.is_some()
    }

    /// The host name of the target, if the target is specified by host name.
    pub fn host(&self) -> Option<String> {
        let target = self
            .wish
            .target
            .as_deref()
            .filter(|_| self.scope.has_target());
        target.and_then(host_in)
    }

    /// Resolves the request. A target whose host name was not found is `None`, so its facts are missing.
    ///
    /// # Errors
    /// An invalid target or connection string; a missing side; a password that cannot be read.
    pub fn meant(self, hosts: &Hosts) -> Result<Meant, Error> {
        let (scope, wish) = (self.scope, self.wish);
        let target_access = match &wish.target_url {
            Some(text) if scope.has_target() => Some(target_access(text, &wish)?),
            _ => None,
        };
        let target = match scope.has_target() {
            true => target(&wish, hosts, &self.api_version, target_access.as_ref())?,
            false => None,
        };
        let access = match scope.has_source() {
            true => Some(access(&wish)?),
            false => None,
        };
        let source = access.as_ref().map(|a| source_server(a, &wish));
        let source = source.transpose()?;
        let name = wish.name.clone();
        let name = name.unwrap_or_else(|| name_of(target.as_ref(), source.as_ref()));
        let migration = Migration {
            name,
            scope,
            mode: wish.mode.unwrap_or_default(),
            target,
            source,
            databases: wish.databases.unwrap_or_default(),
            migration_user: wish.migration_user,
            runtime_server: details::runtime_server(wish.runtime_server.as_deref())?,
            overwrite: wish.overwrite.unwrap_or_default(),
            identity_migrates: wish.identity_migrates.unwrap_or_default(),
            location: self.location,
        };
        Ok(Meant {
            migration,
            access,
            target_access,
        })
    }
}

/// The host name in `target`, such as `orders.postgres.database.azure.com`, in lower case.
fn host_in(target: &str) -> Option<String> {
    let target = target.trim().trim_end_matches('.');
    let fits = |c: char| c.is_ascii_alphanumeric() || ".-".contains(c);
    (target.contains(".postgres.") && target.chars().all(fits)).then(|| target.to_lowercase())
}

fn target(
    wish: &Wish,
    hosts: &Hosts,
    api_version: &str,
    access: Option<&Access>,
) -> Result<Option<Target>, Error> {
    let missing = || side_not_given(wish, "target", "source");
    let text = wish.target.as_deref().ok_or_else(missing)?;
    let id = match host_in(text).and_then(|host| hosts.get(&host)) {
        Some(Ok(id)) => id.clone(),
        Some(Err(_)) => return Ok(None),
        None => text.parse()?,
    };
    let sql = access.map(|a| TargetSql {
        host: a.host(),
        port: a.port(),
        database: a.database().to_owned(),
        user: a.user().to_owned(),
        migration_user: wish.target_user.clone(),
    });
    Ok(Some(Target {
        id,
        api_version: api_version.to_owned(),
        sql,
    }))
}

fn side_not_given(wish: &Wish, side: &'static str, other: &'static str) -> Error {
    match wish.line {
        Some(_) => Error::SideNotPlanned {
            place: wish.place(),
            side,
            other,
        },
        None => Error::SideNotGiven { side, other },
    }
}

/// The connect options of the target databases.
///
/// Host, user and password in the environment belong to the source and are ignored. A password must not be sent to
/// a different server.
fn target_access(text: &str, wish: &Wish) -> Result<Access, Error> {
    let password = password(&wish.target_password())?;
    let own = |name: &str| match name {
        "PGDATABASE" => Some("postgres".to_owned()),
        "PGPASSWORD" => password.as_ref().map(|p| p.expose_secret().to_owned()),
        "PGHOST" | "PGHOSTADDR" | "PGPORT" | "PGUSER" | "PGSERVICE" => None,
        _ => env(name),
    };
    Ok(Access::resolve(Some(text), &own)?)
}

/// The connect options of the source. Without a connection string, the environment must contain PGHOST, PGHOSTADDR,
/// PGSERVICE or PGDATABASE. Otherwise libpq's defaults could select a source that the user did not specify.
fn access(wish: &Wish) -> Result<Access, Error> {
    let is_said = ["PGHOST", "PGHOSTADDR", "PGSERVICE", "PGDATABASE"]
        .iter()
        .any(|name| env(name).is_some());
    if wish.source.is_none() && !is_said {
        return Err(side_not_given(wish, "source", "target"));
    }
    let password = password(&wish.source_password())?;
    let own = |name: &str| match (name, &password) {
        ("PGPASSWORD", Some(password)) => Some(password.expose_secret().to_owned()),
        _ => env(name),
    };
    let access = Access::resolve(wish.source.as_deref(), &own)?;
    for warning in access.warnings() {
        tracing::warn!("{warning}");
    }
    Ok(access)
}

/// The password that the plan refers to; `None` if libpq's conventions apply.
fn password(place: &Password) -> Result<Option<SecretString>, Error> {
    match place {
        Password::Elsewhere => Ok(None),
        Password::Variable(name) => match env(name) {
            Some(password) => Ok(Some(password.into())),
            None => Err(Error::NoPasswordVariable { name: name.clone() }),
        },
        Password::File(path) => from_file(path).map(Some),
    }
}

/// Reads a password file. A trailing newline is removed.
fn from_file(path: &Path) -> Result<SecretString, Error> {
    let text = fs::read_to_string(path).map_err(|source| Error::NoPasswordFile {
        path: path.to_owned(),
        source,
    })?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned().into())
}

fn source_server(access: &Access, wish: &Wish) -> Result<SourceServer, Error> {
    Ok(SourceServer {
        host: access.host(),
        port: access.port(),
        database: access.database().to_owned(),
        user: access.user().to_owned(),
        kind: wish.source_kind,
        exposure: wish.source_exposure,
        vcores: wish.source_vcores,
        memory_gib: wish.source_memory_gib,
        vnet: details::virtual_network(wish.source_vnet.as_deref())?,
        address: wish.source_address.clone(),
        reached_from: wish.source_reached_from,
        tls: wish.source_tls,
        azure_id: wish.source_id.clone(),
    })
}

fn name_of(target: Option<&Target>, source: Option<&SourceServer>) -> String {
    match (source, target) {
        (_, Some(target)) => target.id.name.clone(),
        (Some(source), None) => source.database.clone(),
        (None, None) => "migration".to_owned(),
    }
}
