//! The options and limits of the ARM backend, and the errors in its configuration.

use std::ffi::OsString;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::TokenCredential;
use secrecy::SecretString;
use url::Url;

use super::credentials::{AuthMethod, CredentialConfig, choose_credential, env_value};
use super::endpoint::Cloud;

/// Why no request can be sent. Known before the first request, so the exit code is 2.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArmError {
    #[error(
        "`{endpoint}` cannot be asked as Azure Resource Manager: {why}; set FLEXREADY_ARM_ENDPOINT to \
         `https://<host>[:<port>]` (plain http only on 127.0.0.1, ::1 or localhost), or unset it to ask the cloud's own"
    )]
    BadEndpoint { endpoint: String, why: &'static str },
    #[error(
        "the token in FLEXREADY_ACCESS_TOKEN has characters that no token has; set it to the bare output of \
         `az account get-access-token --query accessToken --output tsv`, or unset it"
    )]
    BadAccessToken,
    #[error(
        "found no way to sign in to Azure; looked for FLEXREADY_ACCESS_TOKEN; {looked_for}. Run `az login`, or set the \
         variables of one of them, or name one with `--auth` (`--auth managed-identity` on an Azure VM)"
    )]
    NoCredential { looked_for: String },
    #[error(
        "the token in FLEXREADY_ACCESS_TOKEN is for Azure Resource Manager and opens no database: unset it to sign in another way, or leave out \
         `--source-auth entra` and `--target-auth entra` and put the output of `az account get-access-token --resource-type oss-rdbms \
         --query accessToken --output tsv` where the password belongs (PGPASSWORD, a password file)"
    )]
    TokenNotForDatabases,
    #[error(
        "`--auth {auth}` lacks {missing}; provide that, or sign in another way (`--auth auto` takes what is there)"
    )]
    IncompleteCredential { auth: &'static str, missing: String },
    #[error(
        "the credential `{auth}` cannot be used: {cause}; mend its settings, or name another with `--auth`"
    )]
    BadCredential { auth: &'static str, cause: String },
}

/// The credential that signs in.
#[derive(Clone)]
pub enum LoginCredential {
    /// An access token from the user. It cannot be renewed.
    AccessToken(SecretString),
    Config(CredentialConfig),
    /// A credential built by the caller, with its name in the report.
    Prebuilt(&'static str, Arc<dyn TokenCredential>),
}

impl fmt::Debug for LoginCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl LoginCredential {
    /// The name in the report.
    pub fn name(&self) -> &'static str {
        match self {
            LoginCredential::AccessToken(_) => "access-token",
            LoginCredential::Config(chosen) => chosen.auth_method().name(),
            LoginCredential::Prebuilt(name, _) => name,
        }
    }
}

/// The options of an [`ArmBackend`](super::ArmBackend).
#[derive(Debug, Clone)]
pub struct ArmOptions {
    pub cloud: Cloud,
    /// A Resource Manager URL that overrides the one of the cloud.
    pub endpoint: Option<Url>,
    /// A sign-in authority that overrides the one of the cloud (AZURE_AUTHORITY_HOST, as in the Azure SDKs).
    pub authority: Option<String>,
    pub credential: LoginCredential,
    /// The timeout of all requests together, counted from [`ArmBackend::new`](super::ArmBackend::new).
    pub timeout: Duration,
    pub limits: ArmLimits,
}

impl ArmOptions {
    /// Reads FLEXREADY_ARM_ENDPOINT, FLEXREADY_ACCESS_TOKEN, AZURE_AUTHORITY_HOST, PATH, and the variables of the
    /// credentials.
    ///
    /// # Errors
    /// Fails if the endpoint is not a URL, if the token is malformed, or if no credential is found.
    pub fn from_env(
        cloud: Cloud,
        auth: AuthMethod,
        timeout: Duration,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ArmError> {
        let endpoint = env_value(env, "FLEXREADY_ARM_ENDPOINT")
            .map(|text| {
                Url::parse(&text).map_err(|_| ArmError::BadEndpoint {
                    endpoint: text.rsplit('@').next().unwrap_or_default().to_owned(),
                    why: "it is not a URL",
                })
            })
            .transpose()?;
        let credential = match env_value(env, "FLEXREADY_ACCESS_TOKEN") {
            Some(token) => LoginCredential::AccessToken(parse_access_token(token)?),
            None => LoginCredential::Config(choose_credential(
                auth,
                env,
                is_on_path("az", env("PATH")),
            )?),
        };
        Ok(ArmOptions {
            cloud,
            endpoint,
            authority: env_value(env, "AZURE_AUTHORITY_HOST"),
            credential,
            timeout,
            limits: ArmLimits::default(),
        })
    }
}

/// Parses an access token. It is sent in a header, so it must be printable ASCII without spaces. A pasted `Bearer `
/// prefix is removed.
fn parse_access_token(token: String) -> Result<SecretString, ArmError> {
    let bare = token.strip_prefix("Bearer ").unwrap_or(&token).trim();
    if bare.bytes().all(|b| b.is_ascii_graphic()) {
        Ok(bare.into())
    } else {
        Err(ArmError::BadAccessToken)
    }
}

fn is_on_path(program: &str, path: Option<String>) -> bool {
    let names = if cfg!(windows) {
        vec![format!("{program}.cmd"), format!("{program}.exe")]
    } else {
        vec![program.to_owned()]
    };
    let path = OsString::from(path.unwrap_or_default());
    std::env::split_paths(&path).any(|dir| names.iter().any(|name| dir.join(name).is_file()))
}

/// Limits on size, number, and duration of requests. Runs use the defaults, and tests reduce them.
#[derive(Debug, Clone)]
pub struct ArmLimits {
    /// The timeout for establishing a connection.
    pub connect_timeout: Duration,
    /// The time from sending a request to the last byte of its response.
    pub request_timeout: Duration,
    /// The maximum number of attempts per request.
    pub max_tries: u32,
    /// The pause before the second attempt without Retry-After. It doubles with each attempt.
    pub initial_backoff: Duration,
    pub max_backoff: Duration,
    /// The size limit of one answer in bytes: uncompressed, all pages together.
    pub max_answer_bytes: usize,
    pub max_pages: usize,
    /// The maximum number of concurrent requests.
    pub max_in_flight: usize,
    /// Burst and refill rate per second of the read requests of a subscription: the documented token bucket of ARM
    /// (<https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling>).
    pub burst: f64,
    pub per_second: f64,
    /// Burst and refill rate of Azure Resource Graph: 15 queries in 5 seconds
    /// (<https://learn.microsoft.com/azure/governance/resource-graph/concepts/guidance-for-throttled-requests>).
    pub graph_burst: f64,
    pub graph_per_second: f64,
}

impl Default for ArmLimits {
    fn default() -> Self {
        ArmLimits {
            connect_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(30),
            max_tries: 5,
            initial_backoff: Duration::from_millis(500),
            max_backoff: Duration::from_secs(30),
            max_answer_bytes: 64 * 1024 * 1024,
            max_pages: 1_000,
            max_in_flight: 16,
            burst: 250.0,
            per_second: 25.0,
            graph_burst: 15.0,
            graph_per_second: 3.0,
        }
    }
}
