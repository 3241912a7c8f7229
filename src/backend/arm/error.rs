//! Converts the error responses of ARM to failures: their kind, message, and advice. Retries are decided in `client`.

use serde_json::Value;

use super::login::credential_advice;
use super::transport::{ArmResponse, TransportError};
use crate::question::{Failure, FailureKind};

/// Why a request does not have a usable answer: an error response of ARM, or a final failure.
#[derive(Debug)]
pub(crate) enum ArmFault {
    ErrorResponse(ErrorResponse),
    Failure(Failure),
}

impl From<Failure> for ArmFault {
    fn from(refusal: Failure) -> Self {
        ArmFault::Failure(refusal)
    }
}

impl From<TransportError> for ArmFault {
    fn from(broken: TransportError) -> Self {
        ArmFault::Failure(Failure::new(broken.kind, broken.message))
    }
}

/// An error response of ARM. Its message is complete, because the supported api-versions are parsed from it.
#[derive(Debug)]
pub(crate) struct ErrorResponse {
    pub(crate) status: u16,
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    /// Describes the body of a response without a message.
    body_description: &'static str,
}

/// The context of the request that the advice of a failure needs.
#[derive(Debug)]
pub(crate) struct RequestContext<'a> {
    pub(crate) path: &'a str,
    pub(crate) credential: &'a str,
    pub(crate) identity: Option<String>,
    pub(crate) host: &'a str,
}

/// Returns whether an error code of ARM means that the api-version is not available.
pub(crate) fn is_api_version_error(code: &str) -> bool {
    matches!(
        code,
        "NoRegisteredProviderFound" | "InvalidApiVersionParameter" | "InvalidResourceType"
    )
}

impl ErrorResponse {
    pub(crate) fn from_response(response: &ArmResponse) -> Self {
        let body: Option<Value> = parse_json(&response.body).ok();
        let error = body.as_ref().and_then(error_object);
        let body_description = match (&body, response.body.is_empty()) {
            (_, true) => "an empty body",
            (None, _) => "a body that is not JSON",
            (Some(_), _) => "a body without words",
        };
        let text = |names: [&str; 2]| {
            let found = names.iter().find_map(|name| error?.get(name)?.as_str());
            found.filter(|s| !s.trim().is_empty()).map(str::to_owned)
        };
        ErrorResponse {
            status: response.status,
            code: text(["code", "Code"]),
            message: text(["message", "Message"]).or_else(|| redirect_message(response)),
            body_description,
        }
    }

    /// The failure that represents the response in the answers.
    pub(crate) fn into_failure(self, asked: &RequestContext<'_>) -> Failure {
        let kind = self.kind();
        let said = match &self.message {
            Some(words) => shorten(&without_request_ids(words)),
            None => format!("HTTP {} with {}", self.status, self.body_description),
        };
        let message = match self.advice(kind, asked) {
            Some(advice) => format!("{}; {advice}", said.trim_end_matches('.')),
            None => said,
        };
        Failure {
            kind,
            status: Some(self.status.to_string()),
            code: self.code,
            message,
        }
    }

    fn kind(&self) -> FailureKind {
        match (self.status, self.code.as_deref()) {
            (_, Some(code)) if is_api_version_error(code) => FailureKind::Unsupported,
            (200, _) => FailureKind::Server,
            (401, _) => FailureKind::Unauthenticated,
            (403, _) => FailureKind::Forbidden,
            // Without an error code, a proxy or gateway responded. That does not mean that the resource does not exist.
            (404, Some(_)) => FailureKind::NotFound,
            (408, _) => FailureKind::Timeout,
            (429, _) => FailureKind::Busy,
            (400 | 409 | 500.., _) => FailureKind::Server,
            _ => FailureKind::Malformed,
        }
    }

    fn advice(&self, kind: FailureKind, context: &RequestContext<'_>) -> Option<String> {
        let code = self.code.as_deref().unwrap_or_default();
        let is_not_from_arm = self.code.is_none() && matches!(self.status, 201..=400 | 402..=407);
        if is_not_from_arm {
            return Some(format!(
                "something else than Azure Resource Manager seems to answer at `{}`: check the proxy and FLEXREADY_ARM_ENDPOINT",
                context.host
            ));
        }
        match kind {
            FailureKind::Unauthenticated if code == "InvalidAuthenticationTokenTenant" => Some(
                "the token is for another tenant than the subscription's: sign in to that one"
                    .to_owned(),
            ),
            FailureKind::Unauthenticated => Some(credential_advice(context.credential).to_owned()),
            FailureKind::Forbidden if code.ends_with("AuthorizationFailed") => {
                Some(self.role_advice(context))
            }
            FailureKind::NotFound if code == "SubscriptionNotFound" => Some(format!(
                "check the subscription's id, and whether `{}` signs in to its tenant",
                context.credential
            )),
            FailureKind::NotFound => Some("check the resource id".to_owned()),
            FailureKind::Busy => Some(
                "ARM kept saying so: ask again later, or with fewer others asking at the same time"
                    .to_owned(),
            ),
            _ => None,
        }
    }

    /// Names the missing action, and the role that contains it. The rest of the audit needs that role too.
    fn role_advice(&self, context: &RequestContext<'_>) -> String {
        let action = self
            .message
            .as_deref()
            .and_then(|words| quoted_after(words, "action '"))
            .map(|action| format!(" (the missing action is `{action}`)"))
            .unwrap_or_default();
        let assignee = context.identity.as_deref().unwrap_or("<identity>");
        format!(
            "grant the role Reader{action}: `az role assignment create --role Reader --assignee {assignee} --scope {}`",
            role_scope(context.path)
        )
    }
}

/// Describes a redirect. Redirects are not followed, because the target would receive the token.
fn redirect_message(response: &ArmResponse) -> Option<String> {
    let location = response.headers.get("location")?.to_str().ok()?;
    let host = url::Url::parse(location).ok()?.host_str()?.to_owned();
    (300..400).contains(&response.status).then(|| {
        format!(
            "HTTP {} points to `{host}`, and the token must not go there",
            response.status
        )
    })
}

/// The resource group of a path, or the subscription if there is none.
fn role_scope(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    let in_group = parts
        .get(3)
        .is_some_and(|s| s.eq_ignore_ascii_case("resourceGroups"));
    let length = if in_group { 5 } else { 3 };
    parts[..length.min(parts.len())].join("/")
}

/// Parses a body as JSON. Some proxies add a byte order mark.
pub(crate) fn parse_json(body: &[u8]) -> Result<Value, serde_json::Error> {
    serde_json::from_slice(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body))
}

/// The object that contains `code` and `message`: `error`, or the body itself for some providers.
fn error_object(body: &Value) -> Option<&Value> {
    body.get("error")
        .filter(|e| e.is_object())
        .or(Some(body).filter(|b| b.is_object()))
}

/// Returns whether a body with status 200 is an error, as for failed operations.
pub(crate) fn is_error_body(body: &Value) -> bool {
    body.get("error").is_some_and(Value::is_object)
        && ["id", "value", "properties"]
            .iter()
            .all(|key| body.get(key).is_none())
}

/// Longer messages are truncated: for an invalid location, ARM lists all regions of Azure.
const MAX_CHARS: usize = 600;

/// Removes what differs between requests: messages of ARM and Entra end with the request IDs.
pub(crate) fn without_request_ids(text: &str) -> String {
    const ID_LABELS: [&str; 5] = [
        "tracking id:",
        "trace id:",
        "correlation id:",
        "request id:",
        "correlationid:",
    ];
    let lower = text.to_ascii_lowercase();
    let end = ID_LABELS.iter().filter_map(|mark| lower.find(mark)).min();
    text[..end.unwrap_or(text.len())].trim_end().to_owned()
}

/// Joins the lines of a text and truncates it.
pub(crate) fn shorten(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// The text between `before` and the next single quotation mark.
pub(crate) fn quoted_after<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    text.split_once(prefix)?.1.split_once('\'').map(|(q, _)| q)
}
