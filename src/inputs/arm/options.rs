//! What an ARM input is told before its first request, and what can be wrong with that.
//! Here: [`Options`], read from the environment or built by a test, [`Limits`], [`ArmError`].

use std::ffi::OsString;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::TokenCredential;
use secrecy::SecretString;
use url::Url;

use super::chosen::Auth;
use super::chosen::Chosen;
use super::credentials::{choose, given};
use super::endpoint::Cloud;

/// Why no request can be made at all: known before the first one, so the tool ends with exit code 2.
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
    TokenOfAnother,
    #[error(
        "`--auth {auth}` lacks {missing}; provide that, or sign in another way (`--auth auto` takes what is there)"
    )]
    Missing { auth: &'static str, missing: String },
    #[error(
        "the credential `{auth}` cannot be used: {cause}; mend its settings, or name another with `--auth`"
    )]
    BadCredential { auth: &'static str, cause: String },
}

/// Who signs in.
#[derive(Clone)]
pub enum SignIn {
    /// A token that the user brought; it cannot be renewed.
    Token(SecretString),
    Chosen(Chosen),
    /// A credential made elsewhere, with the name to report it by.
    Made(&'static str, Arc<dyn TokenCredential>),
}

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl SignIn {
    /// What the report calls it.
    pub fn name(&self) -> &'static str {
        match self {
            SignIn::Token(_) => "access-token",
            SignIn::Chosen(chosen) => chosen.auth().name(),
            SignIn::Made(name, _) => name,
        }
    }
}

/// All that an [`Arm`](super::Arm) needs to know.
#[derive(Debug, Clone)]
pub struct Options {
    pub cloud: Cloud,
    /// Another Resource Manager than the cloud's own.
    pub endpoint: Option<Url>,
    /// Another place to sign in than the cloud's own (AZURE_AUTHORITY_HOST, as the Azure SDKs have it).
    pub authority: Option<String>,
    pub sign_in: SignIn,
    /// For all requests together, counted from [`Arm::new`](super::Arm::new).
    pub timeout: Duration,
    pub limits: Limits,
}

impl Options {
    /// Reads FLEXREADY_ARM_ENDPOINT, FLEXREADY_ACCESS_TOKEN, AZURE_AUTHORITY_HOST, PATH and what the credentials need.
    ///
    /// # Errors
    /// An endpoint that is no URL, a token that cannot be one, no credential.
    pub fn from_env(
        cloud: Cloud,
        auth: Auth,
        timeout: Duration,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ArmError> {
        let endpoint = given(env, "FLEXREADY_ARM_ENDPOINT")
            .map(|text| {
                Url::parse(&text).map_err(|_| ArmError::BadEndpoint {
                    endpoint: text.rsplit('@').next().unwrap_or_default().to_owned(),
                    why: "it is not a URL",
                })
            })
            .transpose()?;
        let sign_in = match given(env, "FLEXREADY_ACCESS_TOKEN") {
            Some(token) => SignIn::Token(checked(token)?),
            None => SignIn::Chosen(choose(auth, env, is_on_path("az", env("PATH")))?),
        };
        Ok(Options {
            cloud,
            endpoint,
            authority: given(env, "AZURE_AUTHORITY_HOST"),
            sign_in,
            timeout,
            limits: Limits::default(),
        })
    }
}

/// A token goes into a header, so it is printable ASCII without spaces; a pasted `Bearer ` in front is forgiven.
fn checked(token: String) -> Result<SecretString, ArmError> {
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

/// How much, how often and how long. The defaults are what runs use; tests shrink them.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Until a connection stands.
    pub connect: Duration,
    /// From sending a request to the last byte of its answer.
    pub request: Duration,
    /// How often one request is made before its fault is the answer.
    pub tries: u32,
    /// The pause before the second try, without a Retry-After; it doubles from try to try.
    pub first_pause: Duration,
    pub longest_pause: Duration,
    /// One answer, unpacked, all its pages together.
    pub answer_bytes: usize,
    pub pages: usize,
    /// Requests that run at the same time.
    pub in_flight: usize,
    /// Reads that a subscription grants at once, and again each second: the documented token bucket of ARM
    /// (<https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling>).
    pub burst: f64,
    pub per_second: f64,
    /// The same of Azure Resource Graph: 15 queries in 5 seconds
    /// (<https://learn.microsoft.com/azure/governance/resource-graph/concepts/guidance-for-throttled-requests>).
    pub graph_burst: f64,
    pub graph_per_second: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            connect: Duration::from_secs(10),
            request: Duration::from_secs(30),
            tries: 5,
            first_pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(30),
            answer_bytes: 64 * 1024 * 1024,
            pages: 1_000,
            in_flight: 16,
            burst: 250.0,
            per_second: 25.0,
            graph_burst: 15.0,
            graph_per_second: 3.0,
        }
    }
}
