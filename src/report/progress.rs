//! The progress line of a fleet run on a terminal.

use std::time::Duration;

use super::phrases::count_noun;

/// The progress of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RunProgress {
    pub done: usize,
    pub total: usize,
    /// Requests sent. `throttled` counts those that were throttled (HTTP 429).
    pub requests: usize,
    pub refused: usize,
    /// Subscriptions that wait for their rate limit.
    pub waiting_subscriptions: usize,
    pub elapsed: Duration,
}

const BAR_WIDTH: usize = 24;

/// Minimum run time for a meaningful rate.
const MIN_ELAPSED: Duration = Duration::from_secs(1);

/// `[######··················] 250/1000, 75 requests/s, about 90 s left; 3 subscriptions wait for their limit`
pub fn progress_line(progress: &RunProgress) -> String {
    let p = progress;
    let filled = BAR_WIDTH * p.done / p.total.max(1);
    let bar = format!("{}{}", "#".repeat(filled), "·".repeat(BAR_WIDTH - filled));
    let mut line = format!("[{bar}] {}/{}", p.done, p.total);
    if p.done == 0 || p.elapsed < MIN_ELAPSED {
        line.push_str(&format!(", {}", count_noun(p.requests, "request")));
    } else {
        line.push_str(&rate_and_remaining_time(p));
    }
    if p.waiting_subscriptions > 0 {
        let wait = if p.waiting_subscriptions == 1 {
            "waits"
        } else {
            "wait"
        };
        line.push_str(&format!(
            "; {} {wait} for the limit",
            count_noun(p.waiting_subscriptions, "subscription")
        ));
    }
    if p.refused > 0 {
        line.push_str(&format!("; {} answered 429", p.refused));
    }
    line
}

/// `, 75 requests/s, about 90 s left`
fn rate_and_remaining_time(p: &RunProgress) -> String {
    let seconds = p.elapsed.as_secs_f64();
    let rate = p.requests as f64 / seconds;
    let left = seconds / p.done as f64 * (p.total - p.done) as f64;
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
        let mut progress = RunProgress {
            done: 0,
            total: 60,
            requests: 6,
            refused: 0,
            waiting_subscriptions: 0,
            elapsed: Duration::from_millis(1),
        };
        assert_eq!(
            progress_line(&progress),
            "[························] 0/60, 6 requests"
        );
        progress.elapsed = Duration::from_secs(4);
        assert!(progress_line(&progress).ends_with(" 0/60, 6 requests"));
        (progress.done, progress.requests) = (59, 200);
        assert!(progress_line(&progress).ends_with(" 59/60, 50 requests/s"));
    }

    #[test]
    fn the_line_shows_rate_remaining_time_and_waiting_subscriptions() {
        let progress = RunProgress {
            done: 250,
            total: 1_000,
            requests: 2_250,
            refused: 2,
            waiting_subscriptions: 3,
            elapsed: Duration::from_secs(30),
        };
        assert_eq!(
            progress_line(&progress),
            "[######··················] 250/1000, 75 requests/s, about 90 s left; 3 subscriptions wait for the limit; \
             2 answered 429"
        );
    }
}
