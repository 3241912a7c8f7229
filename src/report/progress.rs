//! The progress line of a fleet run on a terminal.

use std::time::Duration;

use super::words::counted;

/// The progress of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    pub done: usize,
    pub all: usize,
    /// Requests sent. `throttled` counts those that were throttled (HTTP 429).
    pub requests: usize,
    pub refused: usize,
    /// Subscriptions that wait for their rate limit.
    pub waiting: usize,
    pub since_start: Duration,
}

const BAR: usize = 24;

/// Minimum run time for a meaningful rate.
const FIRST: Duration = Duration::from_secs(1);

/// `[######··················] 250/1000, 75 requests/s, about 90 s left; 3 subscriptions wait for their limit`
pub fn line(progress: &Progress) -> String {
    let p = progress;
    let filled = BAR * p.done / p.all.max(1);
    let bar = format!("{}{}", "#".repeat(filled), "·".repeat(BAR - filled));
    let mut line = format!("[{bar}] {}/{}", p.done, p.all);
    if p.done == 0 || p.since_start < FIRST {
        line.push_str(&format!(", {}", counted(p.requests, "request")));
    } else {
        line.push_str(&rest(p));
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

/// `, 75 requests/s, about 90 s left`
fn rest(p: &Progress) -> String {
    let seconds = p.since_start.as_secs_f64();
    let rate = p.requests as f64 / seconds;
    let left = seconds / p.done as f64 * (p.all - p.done) as f64;
    let left = match left.round() {
        left if left >= 1.0 => format!(", about {left:.0} s left"),
        _ => String::new(),
    };
    format!(", {rate:.0} requests/s{left}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_the_last_line_show_no_estimate() {
        let mut progress = Progress {
            done: 0,
            all: 60,
            requests: 6,
            refused: 0,
            waiting: 0,
            since_start: Duration::from_millis(1),
        };
        assert_eq!(
            line(&progress),
            "[························] 0/60, 6 requests"
        );
        progress.since_start = Duration::from_secs(4);
        assert!(line(&progress).ends_with(" 0/60, 6 requests"));
        (progress.done, progress.requests) = (59, 200);
        assert!(line(&progress).ends_with(" 59/60, 50 requests/s"));
    }

    #[test]
    fn the_line_shows_rate_remaining_time_and_waiting_subscriptions() {
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
