//! One reply of the endpoint: status, headers, body, and transport faults.

use std::time::Duration;

use serde_json::{Value, json};

#[derive(Debug, Clone)]
pub struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    pub(super) delay: Duration,
    pub(super) truncate_after: Option<usize>,
    pub(super) chunk_pause: Option<Duration>,
    pub(super) reset: bool,
}

impl Reply {
    /// 200 with this JSON body.
    pub fn json(body: Value) -> Self {
        let body = serde_json::to_vec(&body).unwrap();
        Reply::text(200, "application/json; charset=utf-8", body)
    }

    pub fn text(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Reply {
            status,
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body: body.into(),
            delay: Duration::ZERO,
            truncate_after: None,
            chunk_pause: None,
            reset: false,
        }
    }

    /// An error in ARM's format.
    pub fn error(status: u16, code: &str, message: &str) -> Self {
        Reply::json(json!({"error": {"code": code, "message": message}})).status(status)
    }

    /// ARM's 404 for a resource that does not exist.
    pub fn not_found() -> Self {
        let message = "The Resource was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix";
        Reply::error(404, "ResourceNotFound", message)
    }

    /// 429 with a Retry-After header, in seconds.
    pub fn throttled(seconds: u64) -> Self {
        Reply::error(
            429,
            "TooManyRequests",
            "The request is being throttled as the limit has been reached.",
        )
        .with_header("retry-after", &seconds.to_string())
    }

    pub fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Waits before the first byte.
    pub fn with_delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Closes the connection after this number of body bytes.
    pub fn truncated_after(mut self, bytes: usize) -> Self {
        self.truncate_after = Some(bytes);
        self
    }

    /// Closes the connection before the first byte.
    pub fn reset() -> Self {
        Reply {
            reset: true,
            ..Reply::text(200, "text/plain", "")
        }
    }

    /// Sends the body in sixteen parts with this pause between them.
    pub fn with_pauses(mut self, pause: Duration) -> Self {
        self.chunk_pause = Some(pause);
        self
    }
}
