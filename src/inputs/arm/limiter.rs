//! Limits the request rate: a token bucket for each subscription, corrected by the headers of ARM, and a cap on
//! concurrent requests.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::HeaderMap;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep};

use super::bucket::{Level, Token};
use super::options::Limits;

/// Remaining requests: of the subscription, of the bucket that all callers share, and of Azure Resource Graph.
const REMAINING: [&str; 3] = [
    "x-ms-ratelimit-remaining-subscription-reads",
    "x-ms-ratelimit-remaining-subscription-global-reads",
    "x-ms-user-quota-remaining",
];

/// The bucket of Azure Resource Graph. It counts per caller, not per subscription.
pub(crate) const GRAPH: &str = "graph";

/// The permit to send one request. The request counts as in flight until the permit is dropped.
pub(crate) struct Admitted<'a> {
    pub(crate) token: Token,
    _permit: SemaphorePermit<'a>,
}

/// Request statistics of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pace {
    /// Requests that were sent.
    pub requests: usize,
    /// Requests that were throttled (HTTP 429).
    pub refused: usize,
    /// Subscriptions that currently wait for their bucket.
    pub waiting: usize,
}

#[derive(Debug, Default)]
struct Counts {
    requests: AtomicUsize,
    refused: AtomicUsize,
    waiting: AtomicUsize,
}

/// Counts a wait while it lasts, even if the wait is canceled.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Waiting(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[derive(Debug)]
pub(crate) struct Limiter {
    /// Burst and refill rate of a subscription.
    reads: (f64, f64),
    /// Burst and refill rate of Azure Resource Graph.
    queries: (f64, f64),
    in_flight: Semaphore,
    buckets: Mutex<HashMap<String, Arc<Bucket>>>,
    counts: Counts,
}

impl Limiter {
    pub(crate) fn new(limits: &Limits) -> Self {
        Limiter {
            reads: (limits.burst, limits.per_second),
            queries: (limits.graph_burst, limits.graph_per_second),
            in_flight: Semaphore::new(limits.in_flight),
            buckets: Mutex::default(),
            counts: Counts::default(),
        }
    }

    /// Waits until a request of this subscription can be sent. The request counts as in flight until the permit is
    /// dropped. A waiting subscription holds no permit, so it does not slow down the others.
    ///
    /// # Errors
    /// Returns the wait that ARM requested if it does not end before `deadline`.
    pub(crate) async fn admit(
        &self,
        subscription: &str,
        deadline: Instant,
    ) -> Result<Admitted<'_>, Duration> {
        let bucket = self.bucket(subscription);
        let _turn = bucket.turn.lock().await;
        loop {
            let permit = self
                .in_flight
                .acquire()
                .await
                .expect("the semaphore is never closed");
            let now = Instant::now();
            // Take the ticket last: until then, a pause or correction from other responses still applies.
            let wait = match bucket.level(|level| level.take(now)) {
                Err(wait) => wait,
                Ok(token) => {
                    self.counts.requests.fetch_add(1, Ordering::Relaxed);
                    return Ok(Admitted {
                        token,
                        _permit: permit,
                    });
                }
            };
            drop(permit);
            let was_asked = bucket.level(|level| level.paused(now)).is_some();
            if was_asked && now + wait >= deadline {
                return Err(wait);
            }
            let _waiting = Waiting::new(&self.counts.waiting);
            sleep(wait).await;
        }
    }

    pub(crate) fn pace(&self) -> Pace {
        let count = |of: &AtomicUsize| of.load(Ordering::Relaxed);
        Pace {
            requests: count(&self.counts.requests),
            refused: count(&self.counts.refused),
            waiting: count(&self.counts.waiting),
        }
    }

    /// Applies the remaining count of a response if it is lower than the local count.
    pub(crate) fn learn(&self, subscription: &str, token: Token, headers: &HeaderMap) {
        let remaining = REMAINING
            .iter()
            .filter_map(|name| headers.get(*name)?.to_str().ok()?.trim().parse().ok())
            .reduce(f64::min);
        if let Some(remaining) = remaining {
            self.bucket(subscription)
                .level(|level| level.correct(token, remaining, Instant::now()));
        }
    }

    /// Stops all requests of a subscription for `wait`, after HTTP 429.
    pub(crate) fn pause(&self, subscription: &str, wait: Duration) {
        self.counts.refused.fetch_add(1, Ordering::Relaxed);
        self.bucket(subscription).level(|level| {
            let now = Instant::now();
            level.lower(0.0, now);
            level.not_before = level.not_before.max(Some(now + wait));
        });
    }

    fn bucket(&self, subscription: &str) -> Arc<Bucket> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let (burst, per_second) = match subscription {
            GRAPH => self.queries,
            _ => self.reads,
        };
        let bucket = buckets.entry(subscription.to_lowercase());
        Arc::clone(bucket.or_insert_with(|| {
            Arc::new(Bucket {
                turn: tokio::sync::Mutex::default(),
                level: Mutex::new(Level::full(burst, per_second, Instant::now())),
            })
        }))
    }
}

#[derive(Debug)]
struct Bucket {
    /// First come, first served: only the holder waits for a token and a permit, so subscriptions share the permits
    /// evenly.
    turn: tokio::sync::Mutex<()>,
    level: Mutex<Level>,
}

impl Bucket {
    fn level<T>(&self, change: impl FnOnce(&mut Level) -> T) -> T {
        change(&mut self.level.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn only_the_paused_subscription_waits() {
        let limiter = Limiter::new(&Limits {
            in_flight: 1,
            ..Limits::default()
        });
        limiter.pause("A", Duration::from_secs(7));
        let start = Instant::now();
        let deadline = start + Duration::from_secs(60);
        assert!(limiter.admit("b", deadline).await.is_ok());
        assert_eq!(start.elapsed().as_secs(), 0);
        assert!(limiter.admit("a", deadline).await.is_ok());
        assert_eq!(start.elapsed().as_secs(), 7);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_beyond_the_deadline_fails_immediately() {
        let limiter = Limiter::new(&Limits::default());
        limiter.pause("a", Duration::from_secs(3_600));
        let start = Instant::now();
        let admitted = limiter.admit("a", start + Duration::from_secs(60)).await;
        assert_eq!(admitted.err(), Some(Duration::from_secs(3_600)));
        assert_eq!(start.elapsed().as_secs(), 0);
    }
}
