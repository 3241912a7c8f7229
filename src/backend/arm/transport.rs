//! Sends one HTTP request: a GET, or the POST of an Azure Resource Graph query at its fixed address.
//! No other request exists, so flexready cannot write to Azure.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use async_trait::async_trait;
use azure_core::http::{AsyncRawResponse, HttpClient, Request};
use reqwest::Method;
use reqwest::header::{ACCEPT, HeaderMap};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::Url;

use super::endpoint::PinnedEndpoint;
use super::options::ArmLimits;
use crate::question::FailureKind;

/// The path and query string of Azure Resource Graph. It is read-only, and POST is its only method
/// (<https://learn.microsoft.com/rest/api/azureresourcegraph/resourcegraph/resources/resources>).
pub(crate) const RESOURCE_GRAPH: (&str, &str) = (
    "/providers/Microsoft.ResourceGraph/resources",
    "api-version=2021-03-01",
);

/// One request.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ArmRequest<'a> {
    Get(&'a Url),
    /// An Azure Resource Graph query.
    Query(&'a Value),
}

/// A response of the endpoint, with any status.
#[derive(Debug)]
pub(crate) struct ArmResponse {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// The uncompressed body.
    pub(crate) body: Vec<u8>,
}

/// No response, or an incomplete one.
#[derive(Debug)]
pub(crate) struct TransportError {
    pub(crate) kind: FailureKind,
    pub(crate) message: String,
    /// Whether a retry can succeed.
    pub(crate) is_retryable: bool,
}

/// The HTTP client of a run, for questions and for signing in. It is built on first use, because loading the trusted
/// certificates is slow.
#[derive(Debug)]
pub(crate) struct HttpTransport {
    client: OnceLock<Result<reqwest::Client, String>>,
    limits: ArmLimits,
    use_proxies: bool,
}

impl HttpTransport {
    /// Without `use_proxies`, the proxies of the environment are ignored: a proxy could read the token of a plain HTTP
    /// request.
    pub(crate) fn new(limits: &ArmLimits, use_proxies: bool) -> Self {
        HttpTransport {
            client: OnceLock::new(),
            limits: limits.clone(),
            use_proxies,
        }
    }

    /// Builds the client if it does not exist. The first request reports an error.
    pub(crate) fn prepare(&self) {
        let _ = self.client();
    }

    /// Sends a request and reads at most `max_bytes` bytes of the body.
    pub(crate) async fn send(
        &self,
        arm_request: ArmRequest<'_>,
        endpoint: &PinnedEndpoint,
        token: &SecretString,
        max_bytes: usize,
    ) -> Result<ArmResponse, TransportError> {
        let (method, url) = match arm_request {
            ArmRequest::Get(url) => (Method::GET, url.clone()),
            ArmRequest::Query(_) => (
                Method::POST,
                endpoint.url(RESOURCE_GRAPH.0, RESOURCE_GRAPH.1),
            ),
        };
        let path = url.path().to_owned();
        let started = Instant::now();
        let client = self.client().map_err(|words| TransportError {
            kind: FailureKind::Unreachable,
            message: words,
            is_retryable: false,
        })?;
        // `bearer_auth` marks the header as sensitive, so that lower layers log it as `Sensitive`.
        let mut request = client
            .request(method.clone(), url)
            .header(ACCEPT, "application/json")
            .bearer_auth(token.expose_secret());
        if let ArmRequest::Query(query) = arm_request {
            request = request.json(query);
        }
        let mut response = request.send().await.map_err(transport_error)?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(transport_error)? {
            if body.len() + chunk.len() > max_bytes {
                return Err(answer_too_large(&self.limits));
            }
            body.extend_from_slice(&chunk);
        }
        let status = response.status().as_u16();
        let took = started.elapsed().as_millis();
        tracing::debug!("{method} {path} {status} in {took} ms");
        Ok(ArmResponse {
            status,
            headers: std::mem::take(response.headers_mut()),
            body,
        })
    }

    fn client(&self) -> Result<&reqwest::Client, String> {
        let built = self
            .client
            .get_or_init(|| build_client(&self.limits, self.use_proxies));
        built.as_ref().map_err(Clone::clone)
    }
}

/// azure_identity sends its sign-in requests through the same client.
#[async_trait]
impl HttpClient for HttpTransport {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let client = self.client().map_err(|words| {
            azure_core::Error::with_message(azure_core::error::ErrorKind::Connection, words)
        })?;
        client.execute_request(request).await
    }
}

fn build_client(limits: &ArmLimits, use_proxies: bool) -> Result<reqwest::Client, String> {
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("flexready/", env!("CARGO_PKG_VERSION")))
        // A redirect would send the token to the host that the response names.
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .gzip(true)
        .connect_timeout(limits.connect_timeout)
        .timeout(limits.request_timeout)
        .tls_backend_preconfigured(tls_config()?);
    if !use_proxies {
        builder = builder.no_proxy();
    }
    builder.build().map_err(|e| root_cause(&e))
}

/// Trusts the certificates of the system, or those in SSL_CERT_FILE and SSL_CERT_DIR if set.
fn tls_config() -> Result<rustls::ClientConfig, String> {
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        tracing::warn!("trusted certificates: {error}");
    }
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| e.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn answer_too_large(limits: &ArmLimits) -> TransportError {
    TransportError {
        kind: FailureKind::Malformed,
        message: format!(
            "the answer is larger than {} MB, which no answer of Azure Resource Manager is; check who answers there",
            limits.max_answer_bytes / (1024 * 1024)
        ),
        is_retryable: false,
    }
}

fn transport_error(error: reqwest::Error) -> TransportError {
    let cause = root_cause(&error);
    let is_untrusted = cause.contains("certificate");
    let (kind, words) = if is_untrusted {
        let words = format!(
            "the endpoint's certificate was refused ({cause}); point SSL_CERT_FILE at your organisation's CA certificates"
        );
        (FailureKind::Unreachable, words)
    } else if error.is_connect() {
        let words = format!(
            "no connection to the endpoint ({cause}); check its name, the route, and HTTPS_PROXY and NO_PROXY"
        );
        (FailureKind::Unreachable, words)
    } else if error.is_timeout() {
        let words = "the endpoint took longer than a request may; ask again later".to_owned();
        (FailureKind::Timeout, words)
    } else {
        let words = format!("the connection broke off before the answer was whole ({cause})");
        (FailureKind::Unreachable, words)
    };
    TransportError {
        kind,
        message: words,
        is_retryable: !is_untrusted,
    }
}

/// The message of the innermost error. The outer errors only name the layers that passed it on.
pub(crate) fn root_cause(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
