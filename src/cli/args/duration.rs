//! Parses durations in options.

use std::time::Duration;

/// Parses a timeout such as `90s`, `10m` or `1h`. A number without a unit is in seconds. The maximum is one week.
pub(crate) fn parse_timeout(text: &str) -> Result<Duration, String> {
    let week = Duration::from_secs(604_800);
    parse_duration(text)
        .filter(|t| *t <= week)
        .ok_or_else(|| "give a time such as 90s, 10m or 1h".to_owned())
}

/// Parses a maximum age such as `7d` or `36h`.
pub(crate) fn parse_age(text: &str) -> Result<Duration, String> {
    parse_duration(text).ok_or_else(|| "give an age such as 7d or 36h".to_owned())
}

fn parse_duration(text: &str) -> Option<Duration> {
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
        assert_eq!(parse_timeout("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(parse_timeout("10m"), Ok(Duration::from_secs(600)));
        assert_eq!(parse_timeout("5"), Ok(Duration::from_secs(5)));
        assert_eq!(parse_age("7d"), Ok(Duration::from_secs(604_800)));
        assert_eq!(parse_age("30d"), Ok(Duration::from_secs(2_592_000)));
        assert!(
            parse_timeout("30d").is_err() && parse_age("").is_err() && parse_age("-1d").is_err()
        );
        assert!(
            parse_timeout("0s").is_err()
                && parse_timeout("10min").is_err()
                && parse_timeout("soon").is_err()
        );
    }
}
