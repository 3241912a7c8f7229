//! Limits the request rate: a token bucket for each subscription, corrected by the headers of ARM, and a cap on
//! concurrent requests.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::HeaderMap;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep};

use super::options::ArmLimits;

/// Remaining requests: of the subscription, of the bucket that all callers share, and of Azure Resource Graph.
const REMAINING_HEADERS: [&str; 3] = [
    "x-ms-ratelimit-remaining-subscription-reads",
    "x-ms-ratelimit-remaining-subscription-global-reads",
    "x-ms-user-quota-remaining",
];

/// The bucket of Azure Resource Graph. It counts per caller, not per subscription.
pub(crate) const GRAPH_BUCKET: &str = "graph";

/// The permit to send one request. The request counts as in flight until the permit is dropped.
pub(crate) struct Permit<'a> {
    pub(crate) ticket: Ticket,
    _permit: SemaphorePermit<'a>,
}

/// Request statistics of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RateStats {
    /// Requests that were sent.
    pub requests: usize,
    /// Requests that were throttled (HTTP 429).
    pub refused: usize,
    /// Subscriptions that currently wait for their bucket.
    pub waiting: usize,
}

#[derive(Debug, Default)]
struct RateCounters {
    requests: AtomicUsize,
    throttled: AtomicUsize,
    waiting: AtomicUsize,
}

/// Counts a wait while it lasts, even if the wait is canceled.
struct WaitGuard<'a>(&'a AtomicUsize);

impl<'a> WaitGuard<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        WaitGuard(count)
    }
}

impl Drop for WaitGuard<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[derive(Debug)]
pub(crate) struct RateLimiter {
    /// Burst and refill rate of a subscription.
    subscription_rate: (f64, f64),
    /// Burst and refill rate of Azure Resource Graph.
    graph_rate: (f64, f64),
    in_flight: Semaphore,
    buckets: Mutex<HashMap<String, Arc<SubscriptionBucket>>>,
    counts: RateCounters,
}

impl RateLimiter {
    pub(crate) fn new(limits: &ArmLimits) -> Self {
        RateLimiter {
            subscription_rate: (limits.burst, limits.per_second),
            graph_rate: (limits.graph_burst, limits.graph_per_second),
            in_flight: Semaphore::new(limits.max_in_flight),
            buckets: Mutex::default(),
            counts: RateCounters::default(),
        }
    }

    /// Waits until a request of this subscription can be sent. The request counts as in flight until the permit is
    /// dropped. A waiting subscription holds no permit, so it does not slow down the others.
    ///
    /// # Errors
    /// Returns the wait that ARM requested if it does not end before `deadline`.
    pub(crate) async fn acquire(
        &self,
        subscription: &str,
        deadline: Instant,
    ) -> Result<Permit<'_>, Duration> {
        let bucket = self.bucket(subscription);
        let _queue_guard = bucket.queue.lock().await;
        loop {
            let permit = self
                .in_flight
                .acquire()
                .await
                .expect("the semaphore is never closed");
            let now = Instant::now();
            // Take the ticket last: until then, a pause or correction from other responses still applies.
            let wait = match bucket.update(|level| level.take(now)) {
                Err(wait) => wait,
                Ok(ticket) => {
                    self.counts.requests.fetch_add(1, Ordering::Relaxed);
                    return Ok(Permit {
                        ticket,
                        _permit: permit,
                    });
                }
            };
            drop(permit);
            let is_paused = bucket.update(|level| level.remaining_pause(now)).is_some();
            if is_paused && now + wait >= deadline {
                return Err(wait);
            }
            let _waiting = WaitGuard::new(&self.counts.waiting);
            sleep(wait).await;
        }
    }

    pub(crate) fn stats(&self) -> RateStats {
        let count = |of: &AtomicUsize| of.load(Ordering::Relaxed);
        RateStats {
            requests: count(&self.counts.requests),
            refused: count(&self.counts.throttled),
            waiting: count(&self.counts.waiting),
        }
    }

    /// Applies the remaining count of a response if it is lower than the local count.
    pub(crate) fn apply_headers(&self, subscription: &str, ticket: Ticket, headers: &HeaderMap) {
        let remaining = REMAINING_HEADERS
            .iter()
            .filter_map(|name| headers.get(*name)?.to_str().ok()?.trim().parse().ok())
            .reduce(f64::min);
        if let Some(remaining) = remaining {
            self.bucket(subscription)
                .update(|level| level.apply_reported_count(ticket, remaining, Instant::now()));
        }
    }

    /// Stops all requests of a subscription for `wait`, after HTTP 429.
    pub(crate) fn pause(&self, subscription: &str, wait: Duration) {
        self.counts.throttled.fetch_add(1, Ordering::Relaxed);
        self.bucket(subscription).update(|level| {
            let now = Instant::now();
            level.cap_tokens(0.0, now);
            level.not_before = level.not_before.max(Some(now + wait));
        });
    }

    fn bucket(&self, subscription: &str) -> Arc<SubscriptionBucket> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let (burst, per_second) = match subscription {
            GRAPH_BUCKET => self.graph_rate,
            _ => self.subscription_rate,
        };
        let bucket = buckets.entry(subscription.to_lowercase());
        Arc::clone(bucket.or_insert_with(|| {
            Arc::new(SubscriptionBucket {
                queue: tokio::sync::Mutex::default(),
                tokens: Mutex::new(TokenBucket::full(burst, per_second, Instant::now())),
            })
        }))
    }
}

#[derive(Debug)]
struct SubscriptionBucket {
    /// First come, first served: only the holder waits for a token and a permit, so subscriptions share the permits
    /// evenly.
    queue: tokio::sync::Mutex<()>,
    tokens: Mutex<TokenBucket>,
}

impl SubscriptionBucket {
    fn update<T>(&self, change: impl FnOnce(&mut TokenBucket) -> T) -> T {
        change(&mut self.tokens.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The state of one token bucket.
#[derive(Debug)]
pub(crate) struct TokenBucket {
    burst: f64,
    per_second: f64,
    tokens: f64,
    refilled_at: Instant,
    /// The number of tickets taken so far.
    tickets_issued: u64,
    pub(crate) not_before: Option<Instant>,
}

/// A token taken from the bucket. It dates the remaining count in the response to its request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ticket {
    number: u64,
    taken_at: Instant,
}

impl TokenBucket {
    pub(crate) fn full(burst: f64, per_second: f64, refilled_at: Instant) -> Self {
        TokenBucket {
            burst,
            per_second,
            tokens: burst,
            refilled_at,
            tickets_issued: 0,
            not_before: None,
        }
    }

    /// Takes a token, or returns the time to wait before the next attempt.
    pub(crate) fn take(&mut self, now: Instant) -> Result<Ticket, Duration> {
        self.refill(now);
        if let Some(wait) = self.remaining_pause(now) {
            return Err(wait);
        }
        if self.tokens < 1.0 {
            return Err(Duration::from_secs_f64(
                (1.0 - self.tokens) / self.per_second,
            ));
        }
        self.tokens -= 1.0;
        self.tickets_issued += 1;
        Ok(Ticket {
            number: self.tickets_issued,
            taken_at: now,
        })
    }

    fn refill(&mut self, now: Instant) {
        let passed = now
            .saturating_duration_since(self.refilled_at)
            .as_secs_f64();
        self.tokens = (self.tokens + passed * self.per_second).min(self.burst);
        self.refilled_at = now;
    }

    pub(crate) fn remaining_pause(&self, now: Instant) -> Option<Duration> {
        self.not_before?
            .checked_duration_since(now)
            .filter(|wait| !wait.is_zero())
    }

    /// Applies the remaining count from the response to the request of `ticket`. Since that request, the bucket was
    /// refilled and other requests took from it. Otherwise each response would empty a bucket that is at zero again,
    /// and halve its rate.
    pub(crate) fn apply_reported_count(&mut self, ticket: Ticket, remaining: f64, now: Instant) {
        let filled = now.saturating_duration_since(ticket.taken_at).as_secs_f64() * self.per_second;
        let later_requests = (self.tickets_issued - ticket.number) as f64;
        // The count is in complete tokens, so on average it omits half a token.
        self.cap_tokens(remaining + 0.5 + filled - later_requests, now);
    }

    pub(crate) fn cap_tokens(&mut self, remaining: f64, now: Instant) {
        self.refill(now);
        self.tokens = self.tokens.min(remaining.max(0.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn only_the_paused_subscription_waits() {
        let limiter = RateLimiter::new(&ArmLimits {
            max_in_flight: 1,
            ..ArmLimits::default()
        });
        limiter.pause("A", Duration::from_secs(7));
        let start = Instant::now();
        let deadline = start + Duration::from_secs(60);
        assert!(limiter.acquire("b", deadline).await.is_ok());
        assert_eq!(start.elapsed().as_secs(), 0);
        assert!(limiter.acquire("a", deadline).await.is_ok());
        assert_eq!(start.elapsed().as_secs(), 7);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_beyond_the_deadline_fails_immediately() {
        let limiter = RateLimiter::new(&ArmLimits::default());
        limiter.pause("a", Duration::from_secs(3_600));
        let start = Instant::now();
        let admitted = limiter.acquire("a", start + Duration::from_secs(60)).await;
        assert_eq!(admitted.err(), Some(Duration::from_secs(3_600)));
        assert_eq!(start.elapsed().as_secs(), 0);
    }
}

#[cfg(test)]
mod token_bucket_tests {
    use super::*;

    #[test]
    fn a_full_bucket_allows_its_burst_and_then_its_rate() {
        let start = Instant::now();
        let mut level = TokenBucket::full(3.0, 10.0, start);
        for _ in 0..3 {
            assert!(level.take(start).is_ok());
        }
        let wait = Duration::from_millis(100);
        assert_eq!(level.take(start).err(), Some(wait));
        assert!(level.take(start + wait).is_ok());
    }

    #[test]
    fn an_idle_bucket_never_exceeds_its_burst() {
        let start = Instant::now();
        let mut level = TokenBucket::full(2.0, 10.0, start);
        let later = start + Duration::from_secs(3_600);
        assert!(level.take(later).is_ok());
        assert!(level.take(later).is_ok());
        assert!(level.take(later).is_err());
    }

    #[test]
    fn a_reported_count_only_lowers_the_bucket() {
        let start = Instant::now();
        let mut level = TokenBucket::full(5.0, 10.0, start);
        level.cap_tokens(16_499.0, start);
        assert_eq!(level.tokens, 5.0);
        level.cap_tokens(1.0, start);
        assert!(level.take(start).is_ok());
        assert!(level.take(start).is_err());
    }

    #[test]
    fn a_reported_count_is_corrected_for_refills_and_later_requests() {
        let start = Instant::now();
        let mut level = TokenBucket::full(1.0, 10.0, start);
        let first = level.take(start).expect("a token");
        let later = start + Duration::from_millis(100);
        level.apply_reported_count(first, 0.0, later);
        assert!(level.take(later).is_ok(), "one came back in the meantime");
        let mut level = TokenBucket::full(5.0, 10.0, start);
        let first = level.take(start).expect("a token");
        level.take(start).expect("a token");
        level.apply_reported_count(first, 2.0, start);
        assert_eq!(level.tokens, 1.5, "the second is not in that count");
    }
}
