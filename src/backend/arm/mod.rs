//! Azure Resource Manager (ARM): reads resources with GET, and queries Azure Resource Graph with its one POST.
//! Bodies are interpreted in `facts`.

mod api_version;
mod client;
mod credentials;
mod database_token;
mod endpoint;
mod error;
mod login;
mod options;
mod paging;
mod rate_limiter;
mod resource_graph;
mod token_cache;
mod transport;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use api_version::ApiVersionCache;
use async_trait::async_trait;
use client::ArmClient;
use endpoint::PinnedEndpoint;
use error::{ArmFault, RequestContext};
use futures::future::join_all;
use login::LoginAuthority;
use rate_limiter::RateLimiter;
use token_cache::TokenCache;
use tokio::time::{Instant, timeout_at};
use transport::{HttpTransport, RESOURCE_GRAPH};

use super::Backend;
use crate::question::{Answer, Body, Caller, Failure, FailureKind, Question};

pub use credentials::{AuthMethod, ClientProof, CredentialConfig, choose_credential};
pub use database_token::DatabaseTokenCache;
pub use endpoint::Cloud;
pub use options::{ArmError, ArmLimits, ArmOptions, LoginCredential};
pub use rate_limiter::RateStats;

/// The maximum timeout of a run: a longer one could overflow the clock.
const MAX_RUN: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// The deadline of a run that starts now.
fn deadline(timeout: Duration) -> Instant {
    Instant::now() + timeout.min(MAX_RUN)
}

/// The backend for a live Azure Resource Manager. It sends no request before the first question or `sign_in`.
#[derive(Debug)]
pub struct ArmBackend {
    client: ArmClient,
    api_versions: ApiVersionCache,
}

impl ArmBackend {
    /// Creates the backend. The timeout of the run starts here.
    ///
    /// # Errors
    /// Fails if the endpoint must not receive a token, or if the configuration of the credential is invalid.
    pub fn new(options: ArmOptions) -> Result<Self, ArmError> {
        let ArmOptions {
            cloud,
            credential: sign_in,
            limits,
            ..
        } = options;
        let endpoint = PinnedEndpoint::new(cloud, options.endpoint.as_ref())?;
        let transport = Arc::new(HttpTransport::new(&limits, !endpoint.is_plain_http()));
        let authority = LoginAuthority {
            url: options
                .authority
                .unwrap_or_else(|| cloud.authority_url().to_owned()),
            http: Arc::clone(&transport) as _,
        };
        let deadline = deadline(options.timeout);
        let client = ArmClient {
            endpoint,
            transport,
            tokens: TokenCache::new(sign_in, cloud.arm_scope(), authority, deadline)?,
            rate_limiter: RateLimiter::new(&limits),
            max_tries: limits.max_tries.into(),
            limits,
            deadline,
        };
        Ok(ArmBackend {
            client,
            api_versions: ApiVersionCache::default(),
        })
    }

    /// Fetches the token up front, because the ID tokens of pipelines expire within minutes. Errors are ignored here:
    /// the first question reports them.
    pub(crate) async fn sign_in(&self) {
        let _ = self.client.tokens.current().await;
    }

    async fn answer(&self, question: &Question) -> Answer {
        match timeout_at(self.client.deadline, self.try_answer(question)).await {
            Ok(Ok(body)) => Answer::Body(body),
            Ok(Err(failure)) => failure.into(),
            Err(_) => run_timeout().into(),
        }
    }

    async fn try_answer(&self, question: &Question) -> Result<Body, Failure> {
        match question {
            Question::Arm {
                path,
                api_version,
                filter,
            } => {
                let filter = filter.as_deref();
                self.get_with_version_fallback(path, api_version, filter)
                    .await
            }
            Question::Graph {
                subscriptions,
                management_groups,
                host,
            } => {
                let query =
                    resource_graph::query_body(subscriptions, management_groups, host.as_deref());
                let rows = resource_graph::fetch_rows(&self.client, query).await;
                let json = rows.map_err(|fault| self.to_failure(fault, RESOURCE_GRAPH.0))?;
                let api_version = None;
                Ok(Body { json, api_version })
            }
            _ => {
                let words = "Azure Resource Manager is asked about resources only";
                Err(Failure::new(FailureKind::Unsupported, words))
            }
        }
    }

    async fn get_with_version_fallback(
        &self,
        path: &str,
        requested: &str,
        filter: Option<&str>,
    ) -> Result<Body, Failure> {
        let version = self.api_versions.version_for(path, requested);
        let error_response = match self.get(path, &version, filter).await {
            Ok(json) => return Ok(to_body(json, requested, version)),
            Err(ArmFault::Failure(refusal)) => return Err(refusal),
            Err(ArmFault::ErrorResponse(declined)) => declined,
        };
        let Some(fallback) = api_version::fallback_version(&error_response, path, &version) else {
            return Err(self.to_failure(ArmFault::ErrorResponse(error_response), path));
        };
        match self.get(path, &fallback, filter).await {
            Ok(json) => {
                self.api_versions.remember(path, requested, &fallback);
                Ok(to_body(json, requested, fallback))
            }
            Err(fault) => Err(self.to_failure(fault, path)),
        }
    }

    async fn get(
        &self,
        path: &str,
        version: &str,
        filter: Option<&str>,
    ) -> Result<serde_json::Value, ArmFault> {
        let filter = filter.map(|f| format!("&{f}")).unwrap_or_default();
        let query = format!("api-version={version}{filter}");
        let url = self.client.endpoint.url(path, &query);
        paging::fetch_all_pages(&self.client, url).await
    }

    /// Sets the maximum number of attempts per request, from the next attempt on.
    pub fn set_max_tries(&self, tries: u32) {
        self.client.max_tries.store(tries, Ordering::Relaxed);
    }

    /// The request statistics of the run so far.
    pub fn rate_stats(&self) -> RateStats {
        self.client.rate_limiter.stats()
    }

    fn to_failure(&self, fault: ArmFault, path: &str) -> Failure {
        match fault {
            ArmFault::Failure(refusal) => refusal,
            ArmFault::ErrorResponse(declined) => declined.into_failure(&RequestContext {
                path,
                credential: self.client.tokens.credential_name(),
                identity: self.client.tokens.caller().azure_identity,
                host: self.client.endpoint.host(),
            }),
        }
    }
}

fn to_body(json: serde_json::Value, requested: &str, used: String) -> Body {
    Body {
        json,
        api_version: (used != requested).then_some(used),
    }
}

fn run_timeout() -> Failure {
    let words = "the run's time was over before Azure Resource Manager answered; give it more with `--timeout`";
    Failure::new(FailureKind::Timeout, words)
}

#[async_trait]
impl Backend for ArmBackend {
    async fn ask(&self, questions: &[Question]) -> Vec<Answer> {
        join_all(questions.iter().map(|question| self.answer(question))).await
    }

    fn caller(&self) -> Caller {
        self.client.tokens.caller()
    }
}

/// Returns whether log lines of `target` come from a library that handles complete requests. These are suppressed at
/// every level, regardless of RUST_LOG: hiding the Authorization header must not depend on a library.
pub fn logs_requests(target: &str) -> bool {
    const LOGGING_CRATES: [&str; 8] = [
        "azure_core",
        "azure_identity",
        "typespec",
        "typespec_client_core",
        "reqwest",
        "hyper",
        "hyper_util",
        "h2",
    ];
    let library = target.split("::").next().unwrap_or_default();
    LOGGING_CRATES.contains(&library)
}
