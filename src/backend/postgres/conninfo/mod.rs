//! Resolves connection parameters by libpq's rules.
//!
//! Order of precedence: connection string, service file, environment, defaults. The password can also come from the
//! password file.

mod connection_string;
pub(crate) mod conninfo_error;
mod hosts;
mod keyword_values;
mod keywords;
mod libpq_paths;
mod passfile;
mod service_file;

use std::path::PathBuf;
use std::time::Duration;

use connection_string::ConninfoParameters;
use keywords::KEYWORDS;
use libpq_paths::env_value;
use passfile::PasswordFile;
use secrecy::SecretString;

use super::tls;

pub use conninfo_error::ConninfoError;
pub(super) use hosts::ServerEndpoint;
pub(super) use keyword_values::TargetSessionAttrs;
pub use libpq_paths::EnvLookup;

/// Resolved parameters to connect to the databases of one server. `Debug` output contains no secret.
#[derive(Debug, Clone)]
pub struct ConnectOptions {
    pub(crate) endpoints: Vec<ServerEndpoint>,
    pub(crate) tls: tls::TlsPolicy,
    pub(crate) server_options: Option<String>,
    /// `None`: no limit.
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) target_session_attrs: TargetSessionAttrs,
    pub(crate) channel_binding: tokio_postgres::config::ChannelBinding,
    database: String,
    user: String,
    password: Option<SecretString>,
    password_file: PasswordFile,
    warnings: Vec<String>,
}

impl ConnectOptions {
    /// Resolves `conninfo` in the environment `env`, as libpq does. Reads all referenced files.
    ///
    /// `conninfo` is a URI or a list of `keyword=value`. `None` means that all values come from the environment.
    ///
    /// # Errors
    /// Invalid parameters, or files that cannot be read. No message repeats a password.
    pub fn resolve(
        conninfo: Option<&str>,
        env: EnvLookup<'_>,
    ) -> Result<ConnectOptions, ConninfoError> {
        let mut settings = connection_string::parse(conninfo.unwrap_or_default())?;
        let from_env = |settings: &ConninfoParameters, keyword, name| {
            settings
                .get(keyword)
                .map(str::to_owned)
                .or_else(|| env_value(env, name))
        };
        if let Some(service) = from_env(&settings, "service", "PGSERVICE") {
            let file = from_env(&settings, "servicefile", "PGSERVICEFILE");
            service_file::add_service(&mut settings, &service, file.as_deref(), env)?;
        }
        add_environment(&mut settings, env);
        ConnectOptions::from_settings(&settings, env)
    }

    fn from_settings(
        settings: &ConninfoParameters,
        env: EnvLookup<'_>,
    ) -> Result<ConnectOptions, ConninfoError> {
        keyword_values::reject_unsupported(settings)?;
        let user = settings
            .get("user")
            .map(str::to_owned)
            .or_else(|| operating_system_user(env));
        let user = user.ok_or(ConninfoError::MissingUser)?;
        let password_path = settings
            .get("passfile")
            .map(PathBuf::from)
            .or_else(|| libpq_paths::password_file(env));
        let (password_file, warning) =
            password_path.map_or_else(Default::default, |path| PasswordFile::read(&path));
        let endpoints = hosts::parse_endpoints(settings)?;
        let tls = tls::TlsPolicy::read(&|keyword| settings.get(keyword), &|name| {
            libpq_paths::tls_file(env, name)
        })?;
        if tls.verifies_host_name() && endpoints.iter().any(|e| e.host.is_empty()) {
            return Err(ConninfoError::MissingHostName("sslmode=verify-full"));
        }
        Ok(ConnectOptions {
            endpoints,
            tls,
            server_options: settings.get("options").map(str::to_owned),
            connect_timeout: keyword_values::connect_timeout(settings)?,
            target_session_attrs: keyword_values::target_session_attrs(settings)?,
            channel_binding: keyword_values::channel_binding(settings)?,
            database: settings.get("dbname").unwrap_or(&user).to_owned(),
            user,
            password: settings.get("password").map(SecretString::from),
            password_file,
            warnings: warning.into_iter().collect(),
        })
    }

    /// Returns the name, address or socket directory of the first host.
    pub fn host(&self) -> String {
        self.first_endpoint().display_name()
    }

    /// Returns the port of the first host.
    pub fn port(&self) -> u16 {
        self.first_endpoint().port
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
    pub fn for_database(&self, database: &str) -> ConnectOptions {
        ConnectOptions {
            database: database.to_owned(),
            ..self.clone()
        }
    }

    pub(crate) fn set_password(&mut self, password: SecretString) {
        self.password = Some(password);
    }

    /// Checks that an access token can be sent to all hosts: their names end in `suffix`, and TLS verifies the names.
    ///
    /// The token is sent as a cleartext password inside TLS, so a wrong server would receive it.
    /// `option` is the command-line option that selected the token.
    ///
    /// # Errors
    /// A host is not in Azure, or its name is not verified.
    pub fn check_token_recipient(
        &self,
        suffix: &'static str,
        option: &'static str,
    ) -> Result<(), ConninfoError> {
        let is_azure = |e: &ServerEndpoint| e.host.to_ascii_lowercase().ends_with(suffix);
        if !self.endpoints.iter().all(is_azure) {
            Err(ConninfoError::TokenForOtherHost { option, suffix })
        } else if self.tls.verifies_host_name() {
            Ok(())
        } else {
            Err(ConninfoError::TokenForUnverifiedHost { option })
        }
    }

    /// Returns the password for a host: the specified one, otherwise the one in the password file.
    pub(crate) fn password(&self, endpoint: &ServerEndpoint) -> Option<&SecretString> {
        self.password.as_ref().or_else(|| {
            self.password_file.password(
                &endpoint.display_name(),
                endpoint.port,
                &self.database,
                &self.user,
            )
        })
    }

    fn first_endpoint(&self) -> &ServerEndpoint {
        self.endpoints.first().expect("an access has a host")
    }
}

/// Checks the syntax of a connection string. [`ConnectOptions::resolve`] checks the values.
///
/// # Errors
/// The string is neither a URI nor a `keyword=value` list, or has a keyword that libpq does not know.
pub fn check_syntax(conninfo: &str) -> Result<(), ConninfoError> {
    connection_string::parse(conninfo).map(|_| ())
}

/// Whether the connection string contains a secret: a password, a key password or a client secret.
/// A string that cannot be parsed is checked heuristically.
pub fn contains_secret(conninfo: &str) -> bool {
    connection_string::parse(conninfo).map_or_else(
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

fn add_environment(settings: &mut ConninfoParameters, env: EnvLookup<'_>) {
    for (keyword, name) in KEYWORDS {
        if let Some(value) = name.and_then(|name| env_value(env, name)) {
            settings.set_default(keyword, value);
        }
    }
    if env_value(env, "PGREQUIRESSL").is_some_and(|value| value.starts_with('1')) {
        settings.set_default("sslmode", "require".to_owned());
    }
}

fn operating_system_user(env: EnvLookup<'_>) -> Option<String> {
    ["USER", "LOGNAME", "USERNAME"]
        .iter()
        .find_map(|name| env_value(env, name))
}

#[cfg(test)]
mod tests;
