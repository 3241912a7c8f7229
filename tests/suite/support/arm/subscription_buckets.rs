//! ARM's throttling: a token bucket for each subscription.

use std::collections::HashMap;
use std::time::Instant;

pub struct SubscriptionBuckets {
    burst: f64,
    per_second: f64,
    levels: HashMap<String, (f64, Instant)>,
}

impl SubscriptionBuckets {
    pub fn new(burst: f64, per_second: f64) -> Self {
        SubscriptionBuckets {
            burst,
            per_second,
            levels: HashMap::new(),
        }
    }

    /// Takes one token. Returns the remaining requests, or as the error the whole seconds until the next token.
    pub fn take_token(&mut self, subscription: &str) -> Result<u64, u64> {
        let now = Instant::now();
        let level = self.levels.entry(subscription.to_owned());
        let (tokens, at) = level.or_insert((self.burst, now));
        let passed = now.duration_since(*at).as_secs_f64();
        *tokens = (*tokens + passed * self.per_second).min(self.burst);
        *at = now;
        if *tokens < 1.0 {
            let wait = (1.0 - *tokens) / self.per_second;
            return Err((wait.ceil() as u64).max(1));
        }
        *tokens -= 1.0;
        Ok(*tokens as u64)
    }
}
