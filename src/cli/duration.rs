//! Parses durations in options.

use std::time::Duration;

/// Parses a timeout such as `90s`, `10m` or `1h`. A number without a unit is in seconds. The maximum is one week.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let week = Duration::from_secs(604_800);
    time(text)
        .filter(|t| *t <= week)
        .ok_or_else(|| "give a time such as 90s, 10m or 1h".to_owned())
}

/// Parses a maximum age such as `7d` or `36h`.
pub(super) fn age(text: &str) -> Result<Duration, String> {
    time(text).ok_or_else(|| "give an age such as 7d or 36h".to_owned())
}

fn time(text: &str) -> Option<Duration> {
    let text = text.trim();
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let factor = match unit {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return None,
    };
    let seconds = number.parse::<u64>().ok()?.checked_mul(factor)?;
    (seconds > 0).then(|| Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_and_ages_are_parsed() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("10m"), Ok(Duration::from_secs(600)));
        assert_eq!(duration("5"), Ok(Duration::from_secs(5)));
        assert_eq!(age("7d"), Ok(Duration::from_secs(604_800)));
        assert_eq!(age("30d"), Ok(Duration::from_secs(2_592_000)));
        assert!(duration("30d").is_err() && age("").is_err() && age("-1d").is_err());
        assert!(duration("0s").is_err() && duration("10min").is_err() && duration("soon").is_err());
    }
}
