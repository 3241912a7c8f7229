//! Sends a request until it has a final response: which errors are retried, how long to wait, and when to stop.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use reqwest::header::{HeaderMap, RETRY_AFTER};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use tokio::time::{Instant, sleep};

use super::endpoint::Endpoint;
use super::limiter::{GRAPH, Limiter};
use super::options::Limits;
use super::refusal::{Declined, Fault, refusal};
use super::token::Tokens;
use super::transport::{Call, Reply, Wire};
use crate::question::{Refusal, RefusalKind};

/// The ARM client: endpoint, transport, token cache, and rate limiter of a run.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) endpoint: Endpoint,
    pub(crate) wire: std::sync::Arc<Wire>,
    pub(crate) tokens: Tokens,
    pub(crate) limiter: Limiter,
    pub(crate) limits: Limits,
    /// The maximum number of attempts per request.
    pub(crate) tries: AtomicU32,
    /// The deadline of the run.
    pub(crate) deadline: Instant,
}

/// The result of one attempt.
enum Outcome {
    Final(Result<Reply, Fault>),
    /// A retry can succeed, after the pause that the response requests.
    Passing(Fault, Option<Duration>),
    /// The token was not accepted.
    Unauthenticated(Declined, secrecy::SecretString),
}

impl Caller {
    /// Returns the response with status 200, of at most `max_bytes` bytes.
    pub(crate) async fn ask(&self, call: Call<'_>, room: usize) -> Result<Reply, Fault> {
        let mut tries = 0;
        let mut has_renewed = false;
        loop {
            match self.try_once(call, room).await? {
                Outcome::Final(answer) => return answer,
                Outcome::Unauthenticated(declined, token) => {
                    if has_renewed {
                        return Err(Fault::Declined(declined));
                    }
                    has_renewed = true;
                    match self.tokens.instead_of(&token).await {
                        None => return Err(Fault::Declined(declined)),
                        Some(renewed) => renewed.map(drop)?,
                    }
                }
                Outcome::Passing(fault, asked) => {
                    tries += 1;
                    if tries >= self.tries.load(Ordering::Relaxed) {
                        return Err(fault);
                    }
                    let pause = asked.unwrap_or_else(|| self.backoff(tries));
                    self.pause(pause, asked.is_some(), fault).await?;
                }
            }
        }
    }

    async fn try_once(&self, call: Call<'_>, room: usize) -> Result<Outcome, Fault> {
        let subscription = match call {
            Call::Get(url) => subscription_in(url.path()),
            Call::Query(_) => GRAPH,
        };
        let token = self.tokens.current().await?;
        // Slow preparation comes before the local bucket starts to refill: the bucket of ARM starts at the first
        // request.
        self.wire.prepare();
        let admitted = self.limiter.admit(subscription, self.deadline).await;
        let admitted = admitted.map_err(|wait| does_not_fit(429, None, wait))?;
        let answer = self.wire.send(call, &self.endpoint, &token, room).await;
        let taken = admitted.token;
        drop(admitted);
        let reply = match answer {
            Ok(reply) => reply,
            Err(broken) if broken.passing => return Ok(Outcome::Passing(broken.into(), None)),
            Err(broken) => return Ok(Outcome::Final(Err(broken.into()))),
        };
        self.limiter.learn(subscription, taken, &reply.headers);
        let asked = wait_asked(&reply.headers, OffsetDateTime::now_utc());
        Ok(match reply.status {
            200 => Outcome::Final(Ok(reply)),
            401 => Outcome::Unauthenticated(Declined::of(&reply), token),
            status @ (408 | 429 | 500 | 502 | 503 | 504) => {
                if status == 429 {
                    let asked = asked.or_else(|| quota_resets(&reply.headers));
                    let wait = asked.unwrap_or(self.limits.first_pause);
                    self.limiter.pause(subscription, wait);
                }
                Outcome::Passing(Fault::Declined(Declined::of(&reply)), asked)
            }
            _ => Outcome::Final(Err(Fault::Declined(Declined::of(&reply)))),
        })
    }

    /// Waits before a retry. If the run ends before that, `fault` is final.
    async fn pause(&self, pause: Duration, was_asked: bool, fault: Fault) -> Result<(), Fault> {
        if Instant::now() + pause < self.deadline {
            sleep(pause).await;
            return Ok(());
        }
        Err(match fault {
            Fault::Declined(declined) if was_asked => {
                does_not_fit(declined.status, declined.code, pause).into()
            }
            fault => fault,
        })
    }

    /// The pause doubles with each attempt. It is random within its upper half, so that clients that fail together do
    /// not retry together.
    fn backoff(&self, tries: u32) -> Duration {
        let doubled = self.limits.first_pause * 2_u32.saturating_pow(tries - 1);
        doubled
            .min(self.limits.longest_pause)
            .mul_f64(0.5 + fastrand::f64() / 2.0)
    }
}

fn does_not_fit(status: u16, code: Option<String>, pause: Duration) -> Refusal {
    let kind = match status {
        429 => RefusalKind::Busy,
        _ => RefusalKind::Server,
    };
    Refusal {
        status: Some(status.to_string()),
        code,
        ..refusal(
            kind,
            format!(
                "Azure Resource Manager asks to wait {} s, which the run has not left; ask again later, or with a longer `--timeout`",
                pause.as_secs()
            ),
        )
    }
}

/// The maximum pause. No run is longer, and an unlimited pause would overflow the clock.
const LONGEST_ASKED: Duration = Duration::from_secs(24 * 60 * 60);

fn wait_asked(headers: &HeaderMap, now: OffsetDateTime) -> Option<Duration> {
    pause_in(headers, now).map(|pause| pause.min(LONGEST_ASKED))
}

/// The pause that a response requests: milliseconds in the header of ARM, seconds or a date in the standard header.
fn pause_in(headers: &HeaderMap, now: OffsetDateTime) -> Option<Duration> {
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
fn quota_resets(headers: &HeaderMap) -> Option<Duration> {
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
            Some(Duration::from_secs(seconds.max(1)).min(LONGEST_ASKED))
        }
        _ => None,
    }
}

/// The subscription in a path, in its original case. Empty for a resource of the tenant.
fn subscription_in(path: &str) -> &str {
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

    fn asked(name: &'static str, value: &str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().expect("a header value"));
        let now = OffsetDateTime::from_unix_timestamp(1_445_412_480).expect("2015-10-21 07:28");
        wait_asked(&headers, now)
    }

    #[test]
    fn every_form_of_retry_after_is_parsed() {
        assert_eq!(asked("retry-after", "7"), Some(Duration::from_secs(7)));
        let date = asked("retry-after", "Wed, 21 Oct 2015 07:28:30 GMT");
        assert_eq!(date, Some(Duration::from_secs(30)));
        let past = asked("retry-after", "Wed, 21 Oct 2015 07:00:00 GMT");
        assert_eq!(past, Some(Duration::ZERO));
        let ms = asked("x-ms-retry-after-ms", "250");
        assert_eq!(ms, Some(Duration::from_millis(250)));
        assert_eq!(asked("retry-after", "soon"), None);
        let absurd = asked("retry-after", "18446744073709551615");
        assert_eq!(absurd, Some(LONGEST_ASKED));
    }

    #[test]
    fn the_subscription_is_found_in_any_case() {
        assert_eq!(subscription_in("/Subscriptions/abc/providers/x"), "abc");
        assert_eq!(subscription_in("/providers/x"), "");
    }
}
