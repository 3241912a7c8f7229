//! Who signs in where, by libpq's rules: connection string, service file, environment, defaults, in this order of
//! precedence; and the password, from any of these or the password file.
//! Here: [`Access`]. Not here: TLS material (`tls::Policy`), connecting (`connect`).

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

/// Everything needed to sign in to the databases of one server. `Debug` shows no secret.
#[derive(Debug, Clone)]
pub struct Access {
    pub(super) endpoints: Vec<Endpoint>,
    pub(super) tls: tls::Policy,
    pub(super) options: Option<String>,
    /// `None`: as long as it takes.
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
    /// Reads `conninfo` (a URI or `keyword=value` list; `None` leaves all to the environment) as libpq would on a
    /// machine with the environment `env`. Files that it names are read now.
    ///
    /// # Errors
    /// What cannot be understood or read; no text repeats a password.
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

    /// Name, address or socket directory of the first host.
    pub fn host(&self) -> String {
        self.first().name()
    }

    /// Port of the first host.
    pub fn port(&self) -> u16 {
        self.first().port
    }

    pub fn database(&self) -> &str {
        &self.database
    }

    pub fn user(&self) -> &str {
        &self.user
    }

    /// What was left aside while reading, such as a password file that others may read.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The same way to another database of the server.
    pub fn for_database(&self, database: &str) -> Access {
        Access {
            database: database.to_owned(),
            ..self.clone()
        }
    }

    pub(super) fn set_password(&mut self, password: SecretString) {
        self.password = Some(password);
    }

    /// Whether a token for Azure's databases may be sent there: to hosts whose names end in `suffix`, which prove who they
    /// are. A server that asks for a password gets it in the clear, within TLS; another's would have the token then.
    /// `option` is what the user asked for it with.
    ///
    /// # Errors
    /// What is in the way.
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

    /// The password for one of the hosts: the given one, else what the password file has.
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

/// Whether the connection string can be read at all; its values are looked at with [`Access::resolve`].
///
/// # Errors
/// Neither notation, or a keyword that libpq does not know.
pub fn readable(conninfo: &str) -> Result<(), ConninfoError> {
    text::parse(conninfo).map(|_| ())
}

/// Whether the connection string itself holds a secret (password, key password, token secret); one that cannot be
/// read is asked whether it looks so.
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
