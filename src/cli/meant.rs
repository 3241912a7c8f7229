//! A migration out of what is wanted: connection strings and names are understood, passwords found, host names looked up.
//! Not here: where wishes come from (`said`, the plan).

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

/// A migration with the ways into its servers.
pub struct Meant {
    pub migration: Migration,
    pub access: Option<Access>,
    /// The way into the target's databases, where one is given.
    pub target_access: Option<Access>,
}

/// The servers of host names that were looked up, or why one is not known.
pub type Hosts = BTreeMap<String, Result<ServerId, String>>;

/// A migration that somebody wants, before anything of it is looked up.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub scope: Scope,
    pub wish: Wish,
    pub location: Option<Location>,
    pub api_version: String,
}

impl Wanted {
    /// A migration of a plan: what it names is judged, one side or both.
    ///
    /// # Errors
    /// It names neither, or holds a password.
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

    /// What is wrong with it, as far as that shows before anything is looked up.
    ///
    /// # Errors
    /// As [`Wanted::meant`].
    pub fn check(&self) -> Result<Meant, Error> {
        let host = self.host();
        let unknown = host.map(|host| (host, Err(String::new())));
        self.clone().meant(&unknown.into_iter().collect())
    }

    pub fn asks_azure(&self) -> bool {
        self.scope.has_target() || self.wish.source_id.is_some()
    }

    /// The host name of the target, where it is not known by anything else.
    pub fn host(&self) -> Option<String> {
        let target = self
            .wish
            .target
            .as_deref()
            .filter(|_| self.scope.has_target());
        target.and_then(host_in)
    }

    /// The migration. A target whose host name could not be looked up is left out: all that is asked of it is then missing.
    ///
    /// # Errors
    /// A target or a connection string that cannot be understood; a side that is needed and not given; a password that
    /// is not where it should be.
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

/// A name such as `orders.postgres.database.azure.com`, lower case.
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

/// The way into the target's databases. What the environment says of the source (host, user, password) is not for the
/// target: a password must not go to a server that it was not meant for.
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

/// The way into the source. With nothing said at all, PGHOST or PGSERVICE must be there: a source is never guessed.
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

/// The password that a plan points to; `None`: it points to none, and libpq's ways are left.
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

/// The file's only line.
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
