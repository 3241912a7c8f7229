//! A token bucket, as ARM has one for each subscription. It only counts: `rate_limiter` waits.

use std::time::Duration;

use tokio::time::Instant;

/// The state of one token bucket.
#[derive(Debug)]
pub(crate) struct Level {
    burst: f64,
    per_second: f64,
    tokens: f64,
    at: Instant,
    /// The number of tickets taken so far.
    taken: u64,
    pub(crate) not_before: Option<Instant>,
}

/// A token taken from the bucket. It dates the remaining count in the response to its request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    number: u64,
    at: Instant,
}

impl Level {
    pub(crate) fn full(burst: f64, per_second: f64, at: Instant) -> Self {
        Level {
            burst,
            per_second,
            tokens: burst,
            at,
            taken: 0,
            not_before: None,
        }
    }

    /// Takes a token, or returns the time to wait before the next attempt.
    pub(crate) fn take(&mut self, now: Instant) -> Result<Token, Duration> {
        self.refill(now);
        if let Some(wait) = self.paused(now) {
            return Err(wait);
        }
        if self.tokens < 1.0 {
            return Err(Duration::from_secs_f64(
                (1.0 - self.tokens) / self.per_second,
            ));
        }
        self.tokens -= 1.0;
        self.taken += 1;
        Ok(Token {
            number: self.taken,
            at: now,
        })
    }

    fn refill(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        self.tokens = (self.tokens + passed * self.per_second).min(self.burst);
        self.at = now;
    }

    pub(crate) fn paused(&self, now: Instant) -> Option<Duration> {
        self.not_before?
            .checked_duration_since(now)
            .filter(|wait| !wait.is_zero())
    }

    /// Applies the remaining count from the response to the request of `ticket`. Since that request, the bucket was
    /// refilled and other requests took from it. Otherwise each response would empty a bucket that is at zero again,
    /// and halve its rate.
    pub(crate) fn correct(&mut self, token: Token, remaining: f64, now: Instant) {
        let filled = now.saturating_duration_since(token.at).as_secs_f64() * self.per_second;
        let since = (self.taken - token.number) as f64;
        // The count is in complete tokens, so on average it omits half a token.
        self.lower(remaining + 0.5 + filled - since, now);
    }

    pub(crate) fn lower(&mut self, remaining: f64, now: Instant) {
        self.refill(now);
        self.tokens = self.tokens.min(remaining.max(0.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_bucket_allows_its_burst_and_then_its_rate() {
        let start = Instant::now();
        let mut level = Level::full(3.0, 10.0, start);
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
        let mut level = Level::full(2.0, 10.0, start);
        let later = start + Duration::from_secs(3_600);
        assert!(level.take(later).is_ok());
        assert!(level.take(later).is_ok());
        assert!(level.take(later).is_err());
    }

    #[test]
    fn a_reported_count_only_lowers_the_bucket() {
        let start = Instant::now();
        let mut level = Level::full(5.0, 10.0, start);
        level.lower(16_499.0, start);
        assert_eq!(level.tokens, 5.0);
        level.lower(1.0, start);
        assert!(level.take(start).is_ok());
        assert!(level.take(start).is_err());
    }

    #[test]
    fn a_reported_count_is_corrected_for_refills_and_later_requests() {
        let start = Instant::now();
        let mut level = Level::full(1.0, 10.0, start);
        let first = level.take(start).expect("a token");
        let later = start + Duration::from_millis(100);
        level.correct(first, 0.0, later);
        assert!(level.take(later).is_ok(), "one came back in the meantime");
        let mut level = Level::full(5.0, 10.0, start);
        let first = level.take(start).expect("a token");
        level.take(start).expect("a token");
        level.correct(first, 2.0, start);
        assert_eq!(level.tokens, 1.5, "the second is not in that count");
    }
}
