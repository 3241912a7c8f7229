//! Puts what ARM declined into a refusal: which kind, whose words, what to do.
//! Not here: whether another try may help (`retry`).

use serde_json::Value;

use super::sign_in::advice;
use super::transport::{Broken, Reply};
use super::words::{quoted_after, shortened, without_request_ids};
use crate::question::{Refusal, RefusalKind};

/// Why there is no answer yet: declined by ARM, in its own words, or final already.
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

/// An answer that is no answer. The words are whole here, because supported versions are read from them.
#[derive(Debug)]
pub(crate) struct Declined {
    pub(crate) status: u16,
    pub(crate) code: Option<String>,
    pub(crate) words: Option<String>,
    /// What stands in for words that are missing.
    bare: &'static str,
}

/// What a refusal's advice needs to know of the one who asked.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) path: &'a str,
    pub(crate) credential: &'a str,
    pub(crate) identity: Option<String>,
    pub(crate) host: &'a str,
}

/// The codes with which ARM says that the api-version is not to be had.
pub(crate) fn is_about_version(code: &str) -> bool {
    matches!(
        code,
        "NoRegisteredProviderFound" | "InvalidApiVersionParameter" | "InvalidResourceType"
    )
}

/// A refusal without status or code: ours, not ARM's.
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

    /// The refusal that stands for it in the answers.
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
            // Without ARM's words it is something between us and ARM that has no such page: no word on the resource.
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

    /// Names the action that is missing and the role that holds it, where the rest of the audit needs it too.
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

/// Following a redirect would hand the token to whomever it names.
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

/// The resource group of a resource, or the subscription of what is in none.
fn grant_scope(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    let in_group = parts
        .get(3)
        .is_some_and(|s| s.eq_ignore_ascii_case("resourceGroups"));
    let length = if in_group { 5 } else { 3 };
    parts[..length.min(parts.len())].join("/")
}

/// The body as JSON; some proxies put a byte order mark in front.
pub(crate) fn json(body: &[u8]) -> Result<Value, serde_json::Error> {
    serde_json::from_slice(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body))
}

/// The object that holds `code` and `message`: `error`, or the body itself as some providers have it.
fn error_in(body: &Value) -> Option<&Value> {
    body.get("error")
        .filter(|e| e.is_object())
        .or(Some(body).filter(|b| b.is_object()))
}

/// Whether a body that came with status 200 is an error all the same, as of failed operations.
pub(crate) fn is_error(body: &Value) -> bool {
    body.get("error").is_some_and(Value::is_object)
        && ["id", "value", "properties"]
            .iter()
            .all(|key| body.get(key).is_none())
}
