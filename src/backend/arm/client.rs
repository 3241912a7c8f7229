//! Sends a request until it has a final response: which errors are retried, how long to wait, and when to stop.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use reqwest::header::{HeaderMap, RETRY_AFTER};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use tokio::time::{Instant, sleep};

use super::endpoint::PinnedEndpoint;
use super::error::{ArmFault, ErrorResponse};
use super::options::ArmLimits;
use super::rate_limiter::{GRAPH_BUCKET, RateLimiter};
use super::token_cache::TokenCache;
use super::transport::{ArmRequest, ArmResponse, HttpTransport};
use crate::question::{Failure, FailureKind};

/// The ARM client: endpoint, transport, token cache, and rate limiter of a run.
#[derive(Debug)]
pub(crate) struct ArmClient {
    pub(crate) endpoint: PinnedEndpoint,
    pub(crate) transport: std::sync::Arc<HttpTransport>,
    pub(crate) tokens: TokenCache,
    pub(crate) rate_limiter: RateLimiter,
    pub(crate) limits: ArmLimits,
    /// The maximum number of attempts per request.
    pub(crate) max_tries: AtomicU32,
    /// The deadline of the run.
    pub(crate) deadline: Instant,
}

/// The result of one attempt.
enum Attempt {
    Final(Result<ArmResponse, ArmFault>),
    /// A retry can succeed, after the pause that the response requests.
    Retryable(ArmFault, Option<Duration>),
    /// The token was not accepted.
    Unauthenticated(ErrorResponse, secrecy::SecretString),
}

impl ArmClient {
    /// Returns the response with status 200, of at most `max_bytes` bytes.
    pub(crate) async fn ask(
        &self,
        arm_request: ArmRequest<'_>,
        max_bytes: usize,
    ) -> Result<ArmResponse, ArmFault> {
        let mut tries = 0;
        let mut has_renewed = false;
        loop {
            match self.try_once(arm_request, max_bytes).await? {
                Attempt::Final(answer) => return answer,
                Attempt::Unauthenticated(error_response, token) => {
                    if has_renewed {
                        return Err(ArmFault::ErrorResponse(error_response));
                    }
                    has_renewed = true;
                    match self.tokens.refresh(&token).await {
                        None => return Err(ArmFault::ErrorResponse(error_response)),
                        Some(renewed) => renewed.map(drop)?,
                    }
                }
                Attempt::Retryable(fault, retry_after) => {
                    tries += 1;
                    if tries >= self.max_tries.load(Ordering::Relaxed) {
                        return Err(fault);
                    }
                    let pause = retry_after.unwrap_or_else(|| self.backoff(tries));
                    self.wait_before_retry(pause, retry_after.is_some(), fault)
                        .await?;
                }
            }
        }
    }

    async fn try_once(
        &self,
        arm_request: ArmRequest<'_>,
        max_bytes: usize,
    ) -> Result<Attempt, ArmFault> {
        let subscription = match arm_request {
            ArmRequest::Get(url) => subscription_id(url.path()),
            ArmRequest::Query(_) => GRAPH_BUCKET,
        };
        let token = self.tokens.current().await?;
        // Slow preparation comes before the local bucket starts to refill: the bucket of ARM starts at the first
        // request.
        self.transport.prepare();
        let permit = self.rate_limiter.acquire(subscription, self.deadline).await;
        let admitted = permit.map_err(|wait| wait_exceeds_run(429, None, wait))?;
        let answer = self
            .transport
            .send(arm_request, &self.endpoint, &token, max_bytes)
            .await;
        let ticket = admitted.ticket;
        drop(admitted);
        let response = match answer {
            Ok(reply) => reply,
            Err(broken) if broken.is_retryable => {
                return Ok(Attempt::Retryable(broken.into(), None));
            }
            Err(broken) => return Ok(Attempt::Final(Err(broken.into()))),
        };
        self.rate_limiter
            .apply_headers(subscription, ticket, &response.headers);
        let retry_after = requested_wait(&response.headers, OffsetDateTime::now_utc());
        Ok(match response.status {
            200 => Attempt::Final(Ok(response)),
            401 => Attempt::Unauthenticated(ErrorResponse::from_response(&response), token),
            status @ (408 | 429 | 500 | 502 | 503 | 504) => {
                if status == 429 {
                    let asked = retry_after.or_else(|| parse_quota_reset(&response.headers));
                    let wait = asked.unwrap_or(self.limits.initial_backoff);
                    self.rate_limiter.pause(subscription, wait);
                }
                Attempt::Retryable(
                    ArmFault::ErrorResponse(ErrorResponse::from_response(&response)),
                    retry_after,
                )
            }
            _ => Attempt::Final(Err(ArmFault::ErrorResponse(ErrorResponse::from_response(
                &response,
            )))),
        })
    }

    /// Waits before a retry. If the run ends before that, `fault` is final.
    async fn wait_before_retry(
        &self,
        pause: Duration,
        is_requested: bool,
        fault: ArmFault,
    ) -> Result<(), ArmFault> {
        if Instant::now() + pause < self.deadline {
            sleep(pause).await;
            return Ok(());
        }
        Err(match fault {
            ArmFault::ErrorResponse(declined) if is_requested => {
                wait_exceeds_run(declined.status, declined.code, pause).into()
            }
            fault => fault,
        })
    }

    /// The pause doubles with each attempt. It is random within its upper half, so that clients that fail together do
    /// not retry together.
    fn backoff(&self, tries: u32) -> Duration {
        let doubled = self.limits.initial_backoff * 2_u32.saturating_pow(tries - 1);
        doubled
            .min(self.limits.max_backoff)
            .mul_f64(0.5 + fastrand::f64() / 2.0)
    }
}

fn wait_exceeds_run(status: u16, code: Option<String>, pause: Duration) -> Failure {
    let kind = match status {
        429 => FailureKind::Busy,
        _ => FailureKind::Server,
    };
    Failure {
        status: Some(status.to_string()),
        code,
        ..Failure::new(
            kind,
            format!(
                "Azure Resource Manager asks to wait {} s, which the run has not left; ask again later, or with a longer `--timeout`",
                pause.as_secs()
            ),
        )
    }
}

/// The maximum pause. No run is longer, and an unlimited pause would overflow the clock.
const MAX_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

fn requested_wait(headers: &HeaderMap, now: OffsetDateTime) -> Option<Duration> {
    parse_retry_after(headers, now).map(|pause| pause.min(MAX_WAIT))
}

/// The pause that a response requests: milliseconds in the header of ARM, seconds or a date in the standard header.
fn parse_retry_after(headers: &HeaderMap, now: OffsetDateTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    if let Some(ms) = text("x-ms-retry-after-ms").and_then(|t| t.parse().ok()) {
        return Some(Duration::from_millis(ms));
    }
    let after = text(RETRY_AFTER.as_str())?;
    if let Ok(seconds) = after.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = OffsetDateTime::parse(after, &Rfc2822).ok()?;
    Some(Duration::try_from(until - now).unwrap_or_default())
}

/// The time until the quota of Azure Resource Graph resets, as `hh:mm:ss`. It replaces Retry-After.
fn parse_quota_reset(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get("x-ms-user-quota-resets-after")?.to_str().ok()?;
    let parts: Vec<u64> = text
        .split(':')
        .filter_map(|p| p.trim().parse().ok())
        .collect();
    match parts.as_slice() {
        [hours, minutes, seconds] => {
            let seconds = hours
                .saturating_mul(3_600)
                .saturating_add(minutes.saturating_mul(60))
                .saturating_add(*seconds);
            Some(Duration::from_secs(seconds.max(1)).min(MAX_WAIT))
        }
        _ => None,
    }
}

/// The subscription in a path, in its original case. Empty for a resource of the tenant.
fn subscription_id(path: &str) -> &str {
    let mut parts = path.split('/').skip(1);
    match parts.next() {
        Some(first) if first.eq_ignore_ascii_case("subscriptions") => {
            parts.next().unwrap_or_default()
        }
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn retry_after(name: &'static str, value: &str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().expect("a header value"));
        let now = OffsetDateTime::from_unix_timestamp(1_445_412_480).expect("2015-10-21 07:28");
        requested_wait(&headers, now)
    }

    #[test]
    fn every_form_of_retry_after_is_parsed() {
        assert_eq!(
            retry_after("retry-after", "7"),
            Some(Duration::from_secs(7))
        );
        let date = retry_after("retry-after", "Wed, 21 Oct 2015 07:28:30 GMT");
        assert_eq!(date, Some(Duration::from_secs(30)));
        let past = retry_after("retry-after", "Wed, 21 Oct 2015 07:00:00 GMT");
        assert_eq!(past, Some(Duration::ZERO));
        let ms = retry_after("x-ms-retry-after-ms", "250");
        assert_eq!(ms, Some(Duration::from_millis(250)));
        assert_eq!(retry_after("retry-after", "soon"), None);
        let absurd = retry_after("retry-after", "18446744073709551615");
        assert_eq!(absurd, Some(MAX_WAIT));
    }

    #[test]
    fn the_subscription_is_found_in_any_case() {
        assert_eq!(subscription_id("/Subscriptions/abc/providers/x"), "abc");
        assert_eq!(subscription_id("/providers/x"), "");
    }
}
