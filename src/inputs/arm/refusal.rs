//! Converts the error responses of ARM to failures: their kind, message, and advice. Retries are decided in `client`.

use serde_json::Value;

use super::sign_in::advice;
use super::transport::{Broken, Reply};
use super::words::{quoted_after, shortened, without_request_ids};
use crate::question::{Refusal, RefusalKind};

/// Why a request does not have a usable answer: an error response of ARM, or a final failure.
#[derive(Debug)]
pub(crate) enum Fault {
    Declined(Declined),
    Refused(Refusal),
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Fault::Refused(refusal)
    }
}

impl From<Broken> for Fault {
    fn from(broken: Broken) -> Self {
        Fault::Refused(refusal(broken.kind, broken.words))
    }
}

/// An error response of ARM. Its message is complete, because the supported api-versions are parsed from it.
#[derive(Debug)]
pub(crate) struct Declined {
    pub(crate) status: u16,
    pub(crate) code: Option<String>,
    pub(crate) words: Option<String>,
    /// Describes the body of a response without a message.
    bare: &'static str,
}

/// The context of the request that the advice of a failure needs.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) path: &'a str,
    pub(crate) credential: &'a str,
    pub(crate) identity: Option<String>,
    pub(crate) host: &'a str,
}

/// Returns whether an error code of ARM means that the api-version is not available.
pub(crate) fn is_about_version(code: &str) -> bool {
    matches!(
        code,
        "NoRegisteredProviderFound" | "InvalidApiVersionParameter" | "InvalidResourceType"
    )
}

/// A failure without status and code: it comes from flexready, not from ARM.
pub(crate) fn refusal(kind: RefusalKind, message: impl Into<String>) -> Refusal {
    Refusal {
        kind,
        status: None,
        code: None,
        message: message.into(),
    }
}

impl Declined {
    pub(crate) fn of(reply: &Reply) -> Self {
        let body: Option<Value> = json(&reply.body).ok();
        let error = body.as_ref().and_then(error_in);
        let bare = match (&body, reply.body.is_empty()) {
            (_, true) => "an empty body",
            (None, _) => "a body that is not JSON",
            (Some(_), _) => "a body without words",
        };
        let text = |names: [&str; 2]| {
            let found = names.iter().find_map(|name| error?.get(name)?.as_str());
            found.filter(|s| !s.trim().is_empty()).map(str::to_owned)
        };
        Declined {
            status: reply.status,
            code: text(["code", "Code"]),
            words: text(["message", "Message"]).or_else(|| redirect(reply)),
            bare,
        }
    }

    /// The failure that represents the response in the answers.
    pub(crate) fn refusal(self, asked: &Asked<'_>) -> Refusal {
        let kind = self.kind();
        let said = match &self.words {
            Some(words) => shortened(&without_request_ids(words)),
            None => format!("HTTP {} with {}", self.status, self.bare),
        };
        let message = match self.advice(kind, asked) {
            Some(advice) => format!("{}; {advice}", said.trim_end_matches('.')),
            None => said,
        };
        Refusal {
            kind,
            status: Some(self.status.to_string()),
            code: self.code,
            message,
        }
    }

    fn kind(&self) -> RefusalKind {
        match (self.status, self.code.as_deref()) {
            (_, Some(code)) if is_about_version(code) => RefusalKind::Unsupported,
            (200, _) => RefusalKind::Server,
            (401, _) => RefusalKind::Unauthenticated,
            (403, _) => RefusalKind::Forbidden,
            // Without an error code, a proxy or gateway responded. That does not mean that the resource does not exist.
            (404, Some(_)) => RefusalKind::NotFound,
            (408, _) => RefusalKind::Timeout,
            (429, _) => RefusalKind::Busy,
            (400 | 409 | 500.., _) => RefusalKind::Server,
            _ => RefusalKind::Malformed,
        }
    }

    fn advice(&self, kind: RefusalKind, asked: &Asked<'_>) -> Option<String> {
        let code = self.code.as_deref().unwrap_or_default();
        let is_stranger = self.code.is_none() && matches!(self.status, 201..=400 | 402..=407);
        if is_stranger {
            return Some(format!(
                "something else than Azure Resource Manager seems to answer at `{}`: check the proxy and FLEXREADY_ARM_ENDPOINT",
                asked.host
            ));
        }
        match kind {
            RefusalKind::Unauthenticated if code == "InvalidAuthenticationTokenTenant" => Some(
                "the token is for another tenant than the subscription's: sign in to that one"
                    .to_owned(),
            ),
            RefusalKind::Unauthenticated => Some(advice(asked.credential).to_owned()),
            RefusalKind::Forbidden if code.ends_with("AuthorizationFailed") => {
                Some(self.grant(asked))
            }
            RefusalKind::NotFound if code == "SubscriptionNotFound" => Some(format!(
                "check the subscription's id, and whether `{}` signs in to its tenant",
                asked.credential
            )),
            RefusalKind::NotFound => Some("check the resource id".to_owned()),
            RefusalKind::Busy => Some(
                "ARM kept saying so: ask again later, or with fewer others asking at the same time"
                    .to_owned(),
            ),
            _ => None,
        }
    }

    /// Names the missing action, and the role that contains it. The rest of the audit needs that role too.
    fn grant(&self, asked: &Asked<'_>) -> String {
        let action = self
            .words
            .as_deref()
            .and_then(|words| quoted_after(words, "action '"))
            .map(|action| format!(" (the missing action is `{action}`)"))
            .unwrap_or_default();
        let who = asked.identity.as_deref().unwrap_or("<identity>");
        format!(
            "grant the role Reader{action}: `az role assignment create --role Reader --assignee {who} --scope {}`",
            grant_scope(asked.path)
        )
    }
}

/// Describes a redirect. Redirects are not followed, because the target would receive the token.
fn redirect(reply: &Reply) -> Option<String> {
    let to = reply.headers.get("location")?.to_str().ok()?;
    let host = url::Url::parse(to).ok()?.host_str()?.to_owned();
    (300..400).contains(&reply.status).then(|| {
        format!(
            "HTTP {} points to `{host}`, and the token must not go there",
            reply.status
        )
    })
}

/// The resource group of a path, or the subscription if there is none.
fn grant_scope(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    let in_group = parts
        .get(3)
        .is_some_and(|s| s.eq_ignore_ascii_case("resourceGroups"));
    let length = if in_group { 5 } else { 3 };
    parts[..length.min(parts.len())].join("/")
}

/// Parses a body as JSON. Some proxies add a byte order mark.
pub(crate) fn json(body: &[u8]) -> Result<Value, serde_json::Error> {
    serde_json::from_slice(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body))
}

/// The object that contains `code` and `message`: `error`, or the body itself for some providers.
fn error_in(body: &Value) -> Option<&Value> {
    body.get("error")
        .filter(|e| e.is_object())
        .or(Some(body).filter(|b| b.is_object()))
}

/// Returns whether a body with status 200 is an error, as for failed operations.
pub(crate) fn is_error(body: &Value) -> bool {
    body.get("error").is_some_and(Value::is_object)
        && ["id", "value", "properties"]
            .iter()
            .all(|key| body.get(key).is_none())
}
