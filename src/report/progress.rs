//! The one line that tells a person at a terminal how far a run over many servers is.

use std::time::Duration;

use super::words::counted;

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    pub done: usize,
    pub all: usize,
    /// Requests that went out, and those of them that were answered 429.
    pub requests: usize,
    pub refused: usize,
    /// Subscriptions that wait for their bucket.
    pub waiting: usize,
    pub since_start: Duration,
}

const BAR: usize = 24;

/// `[######··················] 250/1000, 75 requests/s, about 90 s left; 3 subscriptions wait for their limit`
pub fn line(progress: &Progress) -> String {
    let p = progress;
    let filled = BAR * p.done / p.all.max(1);
    let bar = format!("{}{}", "#".repeat(filled), "·".repeat(BAR - filled));
    let seconds = p.since_start.as_secs_f64().max(0.001);
    let rate = p.requests as f64 / seconds;
    let mut line = format!("[{bar}] {}/{}, {rate:.0} requests/s", p.done, p.all);
    if p.done > 0 && p.done < p.all {
        let left = seconds / p.done as f64 * (p.all - p.done) as f64;
        line.push_str(&format!(", about {left:.0} s left"));
    }
    if p.waiting > 0 {
        let wait = if p.waiting == 1 { "waits" } else { "wait" };
        line.push_str(&format!(
            "; {} {wait} for the limit",
            counted(p.waiting, "subscription")
        ));
    }
    if p.refused > 0 {
        line.push_str(&format!("; {} answered 429", p.refused));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_tells_rate_rest_and_waits() {
        let progress = Progress {
            done: 250,
            all: 1_000,
            requests: 2_250,
            refused: 2,
            waiting: 3,
            since_start: Duration::from_secs(30),
        };
        assert_eq!(
            line(&progress),
            "[######··················] 250/1000, 75 requests/s, about 90 s left; 3 subscriptions wait for the limit; \
             2 answered 429"
        );
    }
}
