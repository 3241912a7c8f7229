//! Resolves connection parameters by libpq's rules.
//!
//! Order of precedence: connection string, service file, environment, defaults. The password can also come from the
//! password file.

mod choices;
mod endpoint;
pub(super) mod error;
mod keywords;
mod passfile;
mod places;
mod service;
mod text;

use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

pub(super) use choices::Wanted;
pub(super) use endpoint::Endpoint;
pub use error::ConninfoError;
pub use places::Env;

use super::tls;
use keywords::KEYWORDS;
use passfile::PasswordFile;
use places::variable;
use text::Settings;

/// Resolved parameters to connect to the databases of one server. `Debug` output contains no secret.
#[derive(Debug, Clone)]
pub struct Access {
    pub(super) endpoints: Vec<Endpoint>,
    pub(super) tls: tls::Policy,
    pub(super) options: Option<String>,
    /// `None`: no limit.
    pub(super) connect_timeout: Option<Duration>,
    pub(super) wanted: Wanted,
    pub(super) channel_binding: tokio_postgres::config::ChannelBinding,
    database: String,
    user: String,
    password: Option<SecretString>,
    password_file: PasswordFile,
    warnings: Vec<String>,
}

impl Access {
    /// Resolves `conninfo` in the environment `env`, as libpq does. Reads all referenced files.
    ///
    /// `conninfo` is a URI or a list of `keyword=value`. `None` means that all values come from the environment.
    ///
    /// # Errors
    /// Invalid parameters, or files that cannot be read. No message repeats a password.
    pub fn resolve(conninfo: Option<&str>, env: Env<'_>) -> Result<Access, ConninfoError> {
        let mut settings = text::parse(conninfo.unwrap_or_default())?;
        let from_env = |settings: &Settings, keyword, name| {
            settings
                .get(keyword)
                .map(str::to_owned)
                .or_else(|| variable(env, name))
        };
        if let Some(service) = from_env(&settings, "service", "PGSERVICE") {
            let file = from_env(&settings, "servicefile", "PGSERVICEFILE");
            service::add(&mut settings, &service, file.as_deref(), env)?;
        }
        add_environment(&mut settings, env);
        Access::from_settings(&settings, env)
    }

    fn from_settings(settings: &Settings, env: Env<'_>) -> Result<Access, ConninfoError> {
        choices::refuse_unsupported(settings)?;
        let user = settings
            .get("user")
            .map(str::to_owned)
            .or_else(|| system_user(env));
        let user = user.ok_or(ConninfoError::NoUser)?;
        let password_path = settings
            .get("passfile")
            .map(PathBuf::from)
            .or_else(|| places::password_file(env));
        let (password_file, warning) =
            password_path.map_or_else(Default::default, |path| PasswordFile::read(&path));
        let endpoints = endpoint::endpoints(settings)?;
        let tls = tls::Policy::read(&|keyword| settings.get(keyword), &|name| {
            places::tls_file(env, name)
        })?;
        if tls.checks_name() && endpoints.iter().any(|e| e.host.is_empty()) {
            return Err(ConninfoError::NoHostName("sslmode=verify-full"));
        }
        Ok(Access {
            endpoints,
            tls,
            options: settings.get("options").map(str::to_owned),
            connect_timeout: choices::connect_timeout(settings)?,
            wanted: choices::wanted(settings)?,
            channel_binding: choices::channel_binding(settings)?,
            database: settings.get("dbname").unwrap_or(&user).to_owned(),
            user,
            password: settings.get("password").map(SecretString::from),
            password_file,
            warnings: warning.into_iter().collect(),
        })
    }

    /// Returns the name, address or socket directory of the first host.
    pub fn host(&self) -> String {
        self.first().name()
    }

    /// Returns the port of the first host.
    pub fn port(&self) -> u16 {
        self.first().port
    }

    pub fn database(&self) -> &str {
        &self.database
    }

    pub fn user(&self) -> &str {
        &self.user
    }

    /// Returns warnings about ignored inputs, such as a password file with wrong permissions.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Returns the same options for another database of the server.
    pub fn for_database(&self, database: &str) -> Access {
        Access {
            database: database.to_owned(),
            ..self.clone()
        }
    }

    pub(super) fn set_password(&mut self, password: SecretString) {
        self.password = Some(password);
    }

    /// Checks that an access token can be sent to all hosts: their names end in `suffix`, and TLS verifies the names.
    ///
    /// The token is sent as a cleartext password inside TLS, so a wrong server would receive it.
    /// `option` is the command-line option that selected the token.
    ///
    /// # Errors
    /// A host is not in Azure, or its name is not verified.
    pub fn may_see_token(
        &self,
        suffix: &'static str,
        option: &'static str,
    ) -> Result<(), ConninfoError> {
        let is_azure = |e: &Endpoint| e.host.to_ascii_lowercase().ends_with(suffix);
        match self.endpoints.iter().all(is_azure) {
            true if self.tls.checks_name() => Ok(()),
            true => Err(ConninfoError::UnprovenForTokens { option }),
            false => Err(ConninfoError::NotForTokens { option, suffix }),
        }
    }

    /// Returns the password for a host: the specified one, otherwise the one in the password file.
    pub(super) fn password(&self, endpoint: &Endpoint) -> Option<&SecretString> {
        self.password.as_ref().or_else(|| {
            self.password_file
                .password(&endpoint.name(), endpoint.port, &self.database, &self.user)
        })
    }

    fn first(&self) -> &Endpoint {
        self.endpoints.first().expect("an access has a host")
    }
}

/// Checks the syntax of a connection string. [`ConnectOptions::resolve`] checks the values.
///
/// # Errors
/// The string is neither a URI nor a `keyword=value` list, or has a keyword that libpq does not know.
pub fn readable(conninfo: &str) -> Result<(), ConninfoError> {
    text::parse(conninfo).map(|_| ())
}

/// Whether the connection string contains a secret: a password, a key password or a client secret.
/// A string that cannot be parsed is checked heuristically.
pub fn has_password_in(conninfo: &str) -> bool {
    text::parse(conninfo).map_or_else(
        |_| {
            let lower = conninfo.to_lowercase();
            let userinfo = lower.split_once("://").is_some_and(|(_, rest)| {
                rest.rsplit_once('@')
                    .is_some_and(|(before, _)| before.contains(':'))
            });
            userinfo || lower.contains("password") || lower.contains("secret")
        },
        |settings| settings.has_secret(),
    )
}

fn add_environment(settings: &mut Settings, env: Env<'_>) {
    for (keyword, name) in KEYWORDS {
        if let Some(value) = name.and_then(|name| variable(env, name)) {
            settings.add(keyword, value);
        }
    }
    if variable(env, "PGREQUIRESSL").is_some_and(|value| value.starts_with('1')) {
        settings.add("sslmode", "require".to_owned());
    }
}

fn system_user(env: Env<'_>) -> Option<String> {
    ["USER", "LOGNAME", "USERNAME"]
        .iter()
        .find_map(|name| variable(env, name))
}

#[cfg(test)]
mod tests;
