//! How fast may be asked: a token bucket for each subscription, corrected by what ARM says, and a cap on what runs at once.
//! Not here: when a refused request is made again (`retry`).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::HeaderMap;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep};

use super::options::Limits;

/// What is left of the subscription's own bucket, and of the one that all its callers share.
const REMAINING: [&str; 2] = [
    "x-ms-ratelimit-remaining-subscription-reads",
    "x-ms-ratelimit-remaining-subscription-global-reads",
];

#[derive(Debug)]
pub(crate) struct Limiter {
    burst: f64,
    per_second: f64,
    in_flight: Semaphore,
    buckets: Mutex<HashMap<String, Arc<Bucket>>>,
}

impl Limiter {
    pub(crate) fn new(limits: &Limits) -> Self {
        Limiter {
            burst: limits.burst,
            per_second: limits.per_second,
            in_flight: Semaphore::new(limits.in_flight),
            buckets: Mutex::default(),
        }
    }

    /// Waits until a request of this subscription may go out; it counts as running until the permit is dropped.
    /// A subscription that waits holds no permit, so it does not slow the others.
    ///
    /// # Errors
    /// The wait that ARM asked for, when it is not over before `deadline`.
    pub(crate) async fn admit(
        &self,
        subscription: &str,
        deadline: Instant,
    ) -> Result<SemaphorePermit<'_>, Duration> {
        let bucket = self.bucket(subscription);
        bucket.take(deadline).await?;
        loop {
            let permit = self
                .in_flight
                .acquire()
                .await
                .expect("the semaphore is never closed");
            // Another request may have been told to wait while this one queued for its permit.
            match bucket.level(|level| level.paused(Instant::now())) {
                None => return Ok(permit),
                Some(wait) => {
                    drop(permit);
                    sleep_within(wait, deadline).await?;
                }
            }
        }
    }

    /// Takes over what an answer says is left, where that is less than we thought.
    pub(crate) fn learn(&self, subscription: &str, headers: &HeaderMap) {
        let remaining = REMAINING
            .iter()
            .filter_map(|name| headers.get(*name)?.to_str().ok()?.trim().parse().ok())
            .reduce(f64::min);
        if let Some(remaining) = remaining {
            self.bucket(subscription)
                .level(|level| level.lower(remaining, Instant::now()));
        }
    }

    /// ARM said 429: nothing more of this subscription for so long.
    pub(crate) fn pause(&self, subscription: &str, wait: Duration) {
        self.bucket(subscription).level(|level| {
            let now = Instant::now();
            level.lower(0.0, now);
            level.not_before = level.not_before.max(Some(now + wait));
        });
    }

    fn bucket(&self, subscription: &str) -> Arc<Bucket> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry(subscription.to_lowercase());
        Arc::clone(bucket.or_insert_with(|| {
            Arc::new(Bucket {
                turn: tokio::sync::Mutex::default(),
                level: Mutex::new(Level::full(self.burst, self.per_second, Instant::now())),
            })
        }))
    }
}

#[derive(Debug)]
struct Bucket {
    /// First come, first served: only the holder waits for the next token.
    turn: tokio::sync::Mutex<()>,
    level: Mutex<Level>,
}

impl Bucket {
    async fn take(&self, deadline: Instant) -> Result<(), Duration> {
        let _turn = self.turn.lock().await;
        loop {
            if let Some(wait) = self.level(|level| level.paused(Instant::now())) {
                sleep_within(wait, deadline).await?;
            }
            match self.level(|level| level.take(Instant::now())) {
                Ok(()) => return Ok(()),
                Err(wait) => sleep(wait).await,
            }
        }
    }

    fn level<T>(&self, change: impl FnOnce(&mut Level) -> T) -> T {
        change(&mut self.level.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn sleep_within(wait: Duration, deadline: Instant) -> Result<(), Duration> {
    if Instant::now() + wait >= deadline {
        return Err(wait);
    }
    sleep(wait).await;
    Ok(())
}

/// The tokens of one bucket at one moment.
#[derive(Debug)]
struct Level {
    burst: f64,
    per_second: f64,
    tokens: f64,
    at: Instant,
    not_before: Option<Instant>,
}

impl Level {
    fn full(burst: f64, per_second: f64, at: Instant) -> Self {
        Level {
            burst,
            per_second,
            tokens: burst,
            at,
            not_before: None,
        }
    }

    /// Takes a token, or says how long to wait before trying again.
    fn take(&mut self, now: Instant) -> Result<(), Duration> {
        self.refill(now);
        if self.tokens < 1.0 {
            return Err(Duration::from_secs_f64(
                (1.0 - self.tokens) / self.per_second,
            ));
        }
        self.tokens -= 1.0;
        Ok(())
    }

    fn refill(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        self.tokens = (self.tokens + passed * self.per_second).min(self.burst);
        self.at = now;
    }

    fn paused(&self, now: Instant) -> Option<Duration> {
        self.not_before?
            .checked_duration_since(now)
            .filter(|wait| !wait.is_zero())
    }

    fn lower(&mut self, remaining: f64, now: Instant) {
        self.refill(now);
        self.tokens = self.tokens.min(remaining.max(0.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_bucket_gives_its_burst_then_its_rate() {
        let start = Instant::now();
        let mut level = Level::full(3.0, 10.0, start);
        for _ in 0..3 {
            assert_eq!(level.take(start), Ok(()));
        }
        let wait = Duration::from_millis(100);
        assert_eq!(level.take(start), Err(wait));
        assert_eq!(level.take(start + wait), Ok(()));
    }

    #[test]
    fn idling_never_saves_up_more_than_the_burst() {
        let start = Instant::now();
        let mut level = Level::full(2.0, 10.0, start);
        let later = start + Duration::from_secs(3_600);
        assert_eq!(level.take(later), Ok(()));
        assert_eq!(level.take(later), Ok(()));
        assert!(level.take(later).is_err());
    }

    #[test]
    fn what_arm_says_is_left_only_lowers() {
        let start = Instant::now();
        let mut level = Level::full(5.0, 10.0, start);
        level.lower(16_499.0, start);
        assert_eq!(level.tokens, 5.0);
        level.lower(1.0, start);
        assert_eq!(level.take(start), Ok(()));
        assert!(level.take(start).is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_paused_subscription_waits_and_the_others_do_not() {
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
    async fn a_pause_beyond_the_deadline_is_not_waited_for() {
        let limiter = Limiter::new(&Limits::default());
        limiter.pause("a", Duration::from_secs(3_600));
        let start = Instant::now();
        let admitted = limiter.admit("a", start + Duration::from_secs(60)).await;
        assert_eq!(admitted.err(), Some(Duration::from_secs(3_600)));
        assert_eq!(start.elapsed().as_secs(), 0);
    }
}
