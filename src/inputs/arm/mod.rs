//! Azure Resource Manager (ARM): reads resources with GET, and queries Azure Resource Graph with its one POST.
//! Bodies are interpreted in `facts`.

mod bucket;
mod chosen;
mod credentials;
mod database;
mod endpoint;
mod graph;
mod limiter;
mod options;
mod paging;
mod refusal;
mod retry;
mod sign_in;
mod token;
mod transport;
mod versions;
mod words;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use async_trait::async_trait;
use futures::future::join_all;
use tokio::time::{Instant, timeout_at};

pub use chosen::Auth;
pub use chosen::{Chosen, Proof};
pub use credentials::choose;
pub use database::DatabaseTokens;
pub use endpoint::Cloud;
pub use limiter::Pace;
pub use options::{ArmError, Limits, Options, SignIn};

use super::Source;
use crate::question::{Answer, Asker, Given, Question, Refusal, RefusalKind};
use endpoint::Endpoint;
use limiter::Limiter;
use refusal::{Asked, Fault, refusal};
use retry::Caller;
use sign_in::Door;
use token::Tokens;
use transport::{GRAPH, Wire};
use versions::Versions;

/// The maximum timeout of a run: a longer one could overflow the clock.
const LONGEST_RUN: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// The deadline of a run that starts now.
fn deadline(timeout: Duration) -> Instant {
    Instant::now() + timeout.min(LONGEST_RUN)
}

/// The backend for a live Azure Resource Manager. It sends no request before the first question or [`Self::sign_in`].
#[derive(Debug)]
pub struct Arm {
    caller: Caller,
    versions: Versions,
}

impl Arm {
    /// Creates the backend. The timeout of the run starts here.
    ///
    /// # Errors
    /// Fails if the endpoint must not receive a token, or if the configuration of the credential is invalid.
    pub fn new(options: Options) -> Result<Self, ArmError> {
        let Options {
            cloud,
            sign_in,
            limits,
            ..
        } = options;
        let endpoint = Endpoint::new(cloud, options.endpoint.as_ref())?;
        let wire = Arc::new(Wire::new(&limits, !endpoint.is_plain()));
        let door = Door {
            authority: options
                .authority
                .unwrap_or_else(|| cloud.authority().to_owned()),
            http: Arc::clone(&wire) as _,
        };
        let deadline = deadline(options.timeout);
        let caller = Caller {
            endpoint,
            wire,
            tokens: Tokens::new(sign_in, cloud.scope(), door, deadline)?,
            limiter: Limiter::new(&limits),
            tries: limits.tries.into(),
            limits,
            deadline,
        };
        Ok(Arm {
            caller,
            versions: Versions::default(),
        })
    }

    /// Fetches the token up front, because the ID tokens of pipelines expire within minutes. Errors are ignored here:
    /// the first question reports them.
    pub(crate) async fn sign_in(&self) {
        let _ = self.caller.tokens.current().await;
    }

    async fn answer(&self, question: &Question) -> Answer {
        match timeout_at(self.caller.deadline, self.asked(question)).await {
            Ok(Ok(given)) => Answer::Given(given),
            Ok(Err(refusal)) => refusal.into(),
            Err(_) => out_of_time().into(),
        }
    }

    async fn asked(&self, question: &Question) -> Result<Given, Refusal> {
        match question {
            Question::Arm {
                path,
                api_version,
                filter,
            } => {
                let filter = filter.as_deref();
                self.ask_in_some_version(path, api_version, filter).await
            }
            Question::Graph {
                subscriptions,
                management_groups,
                host,
            } => {
                let query = graph::query(subscriptions, management_groups, host.as_deref());
                let rows = graph::rows(&self.caller, query).await;
                let json = rows.map_err(|fault| self.refusal(fault, GRAPH.0))?;
                let api_version = None;
                Ok(Given { json, api_version })
            }
            _ => {
                let words = "Azure Resource Manager is asked about resources only";
                Err(refusal(RefusalKind::Unsupported, words))
            }
        }
    }

    async fn ask_in_some_version(
        &self,
        path: &str,
        asked: &str,
        filter: Option<&str>,
    ) -> Result<Given, Refusal> {
        let version = self.versions.instead_of(path, asked);
        let declined = match self.ask(path, &version, filter).await {
            Ok(json) => return Ok(given(json, asked, version)),
            Err(Fault::Refused(refusal)) => return Err(refusal),
            Err(Fault::Declined(declined)) => declined,
        };
        let Some(other) = versions::alternative(&declined, path, &version) else {
            return Err(self.refusal(Fault::Declined(declined), path));
        };
        match self.ask(path, &other, filter).await {
            Ok(json) => {
                self.versions.remember(path, asked, &other);
                Ok(given(json, asked, other))
            }
            Err(fault) => Err(self.refusal(fault, path)),
        }
    }

    async fn ask(
        &self,
        path: &str,
        version: &str,
        filter: Option<&str>,
    ) -> Result<serde_json::Value, Fault> {
        let filter = filter.map(|f| format!("&{f}")).unwrap_or_default();
        let query = format!("api-version={version}{filter}");
        let url = self.caller.endpoint.address(path, &query);
        paging::whole(&self.caller, url).await
    }

    /// Sets the maximum number of attempts per request, from the next attempt on.
    pub fn persist(&self, tries: u32) {
        self.caller.tries.store(tries, Ordering::Relaxed);
    }

    /// The request statistics of the run so far.
    pub fn pace(&self) -> Pace {
        self.caller.limiter.pace()
    }

    fn refusal(&self, fault: Fault, path: &str) -> Refusal {
        match fault {
            Fault::Refused(refusal) => refusal,
            Fault::Declined(declined) => declined.refusal(&Asked {
                path,
                credential: self.caller.tokens.name(),
                identity: self.caller.tokens.asker().azure_identity,
                host: self.caller.endpoint.host(),
            }),
        }
    }
}

fn given(json: serde_json::Value, asked: &str, answered: String) -> Given {
    Given {
        json,
        api_version: (answered != asked).then_some(answered),
    }
}

fn out_of_time() -> Refusal {
    let words = "the run's time was over before Azure Resource Manager answered; give it more with `--timeout`";
    refusal(RefusalKind::Timeout, words)
}

#[async_trait]
impl Source for Arm {
    async fn ask(&self, questions: &[Question]) -> Vec<Answer> {
        join_all(questions.iter().map(|question| self.answer(question))).await
    }

    fn asker(&self) -> Asker {
        self.caller.tokens.asker()
    }
}

/// Returns whether log lines of `target` come from a library that handles complete requests. These are suppressed at
/// every level, regardless of RUST_LOG: hiding the Authorization header must not depend on a library.
pub fn is_loud_target(target: &str) -> bool {
    const LOUD: [&str; 8] = [
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
    LOUD.contains(&library)
}
