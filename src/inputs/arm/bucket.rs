//! A token bucket at one moment, as ARM keeps one for each subscription. It counts; waiting is for `limiter`.

use std::time::Duration;

use tokio::time::Instant;

/// The tokens of one bucket at one moment.
#[derive(Debug)]
pub(crate) struct Level {
    burst: f64,
    per_second: f64,
    tokens: f64,
    at: Instant,
    pub(crate) not_before: Option<Instant>,
}

impl Level {
    pub(crate) fn full(burst: f64, per_second: f64, at: Instant) -> Self {
        Level {
            burst,
            per_second,
            tokens: burst,
            at,
            not_before: None,
        }
    }

    /// Takes a token, or says how long to wait before trying again.
    pub(crate) fn take(&mut self, now: Instant) -> Result<(), Duration> {
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
        Ok(())
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

    pub(crate) fn lower(&mut self, remaining: f64, now: Instant) {
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
}
