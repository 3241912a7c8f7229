//! Normalizes parameter values for comparison: converts units and unifies spellings.
//!
//! PostgreSQL uses `8kB`, `kB`, `MB`, `B`, `ms`, `s`, `min`, `us` (`pg_settings.unit`; 9.x also WAL segments, `16MB`).
//! Azure uses `8KB`, `KB`, `megabytes`, `bytes`, `milliseconds`, `seconds`, `minutes`, `microseconds`. Values are
//! converted to bytes or microseconds.

/// A unit, as a factor to bytes or microseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ParameterUnit {
    factor: f64,
    is_time: bool,
}

impl ParameterUnit {
    /// Parses a unit of PostgreSQL or Azure. `None` for an unknown one.
    pub fn parse(text: &str) -> Option<Self> {
        let time = |factor| {
            Some(ParameterUnit {
                factor,
                is_time: true,
            })
        };
        match text.trim().to_ascii_lowercase().as_str() {
            "us" | "microseconds" => return time(1.0),
            "ms" | "milliseconds" => return time(1e3),
            "s" | "seconds" => return time(1e6),
            "min" | "minutes" => return time(6e7),
            "h" | "hours" => return time(3.6e9),
            "d" | "days" => return time(8.64e10),
            _ => {}
        }
        let lower = text.trim().to_ascii_lowercase();
        let digits = lower
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(lower.len());
        let count: f64 = if digits == 0 {
            1.0
        } else {
            lower[..digits].parse().ok()?
        };
        let one = match lower[digits..].trim() {
            "b" | "bytes" => 1.0,
            "kb" | "kilobytes" => 1024.0,
            "mb" | "megabytes" => 1_048_576.0,
            "gb" | "gigabytes" => 1_073_741_824.0,
            "tb" | "terabytes" => 1_099_511_627_776.0,
            _ => return None,
        };
        Some(ParameterUnit {
            factor: count * one,
            is_time: false,
        })
    }
}

/// A normalized value, comparable between servers.
#[derive(Debug, Clone, PartialEq)]
pub enum ParameterValue {
    Bool(bool),
    /// In bytes or microseconds if the parameter has a unit. Negative numbers are special values and are not converted.
    Number(f64),
    Text(String),
}

/// Normalizes the value of parameter `name`. `is_bool` is from `vartype` or `dataType`.
pub fn normalize(name: &str, text: &str, unit: Option<&str>, is_bool: bool) -> ParameterValue {
    let text = text.trim();
    if is_bool && let Some(flag) = parse_bool(text) {
        return ParameterValue::Bool(flag);
    }
    if let Ok(number) = text.parse::<f64>() {
        let factor = unit
            .and_then(ParameterUnit::parse)
            .map_or(1.0, |u| u.factor);
        return ParameterValue::Number(if number < 0.0 {
            number
        } else {
            number * factor
        });
    }
    ParameterValue::Text(normalize_text(name, text))
}

fn parse_bool(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "on" | "true" | "yes" | "1" => Some(true),
        "off" | "false" | "no" | "0" => Some(false),
        _ => None,
    }
}

/// Unifies spellings of the same value.
fn normalize_text(name: &str, text: &str) -> String {
    let lower = text.to_lowercase();
    match name.to_ascii_lowercase().as_str() {
        // en_US.UTF-8, en_US.utf8 and en_US.utf-8 are the same locale.
        "lc_monetary" | "lc_numeric" | "lc_time" | "lc_messages" | "lc_collate" | "lc_ctype" => {
            lower.replace("utf-8", "utf8")
        }
        "timezone" | "log_timezone" => {
            let plain = lower.strip_prefix("etc/").unwrap_or(&lower);
            let utc_names = [
                "utc",
                "gmt",
                "uct",
                "universal",
                "zulu",
                "greenwich",
                "gmt0",
                "gmt+0",
                "gmt-0",
            ];
            if utc_names.contains(&plain) {
                "utc".to_owned()
            } else {
                lower
            }
        }
        "default_text_search_config" => lower.trim_start_matches("pg_catalog.").to_owned(),
        _ => lower
            .split(',')
            .map(str::trim)
            .collect::<Vec<_>>()
            .join(","),
    }
}

/// Converts a number to another unit, as a parameter value. The result has no decimals if it is an integer. `None` if a
/// unit is unknown or the units are of different kinds. Negative numbers are special values and are not converted.
pub fn convert_unit(text: &str, from: Option<&str>, to: Option<&str>) -> Option<String> {
    let number: f64 = text.trim().parse().ok()?;
    let (Some(from), Some(to)) = (from, to) else {
        return Some(text.trim().to_owned());
    };
    let (from, to) = (ParameterUnit::parse(from)?, ParameterUnit::parse(to)?);
    if from.is_time != to.is_time {
        return None;
    }
    let result = if number < 0.0 {
        number
    } else {
        number * from.factor / to.factor
    };
    Some(format_number(result))
}

/// Parses a time in PostgreSQL's format (`24h`, `30 s`, `500`) to milliseconds. `unit` applies to a number without a
/// unit.
pub fn parse_milliseconds(text: &str, unit: Option<&str>) -> Option<f64> {
    let text = text.trim();
    let end = text.find(|c: char| !matches!(c, '0'..='9' | '.' | '-' | '+'));
    let (number, suffix) = text.split_at(end.unwrap_or(text.len()));
    let number: f64 = number.parse().ok()?;
    let unit = Some(suffix.trim()).filter(|u| !u.is_empty()).or(unit);
    let unit = ParameterUnit::parse(unit.unwrap_or("ms")).filter(|u| u.is_time)?;
    Some(number * unit.factor / 1e3)
}

/// Formats a number with its unit for display: `8 GB`, `30 s`, `-1`.
pub fn format_with_unit(text: &str, unit: Option<&str>) -> String {
    let (Ok(number), Some(unit)) = (
        text.trim().parse::<f64>(),
        unit.and_then(ParameterUnit::parse),
    ) else {
        return text.to_owned();
    };
    if number <= 0.0 {
        return format_number(number);
    }
    let amount = number * unit.factor;
    let steps: &[(f64, &str)] = if unit.is_time {
        &[
            (8.64e10, "d"),
            (3.6e9, "h"),
            (6e7, "min"),
            (1e6, "s"),
            (1e3, "ms"),
            (1.0, "us"),
        ]
    } else {
        &[
            (1_099_511_627_776.0, "TB"),
            (1_073_741_824.0, "GB"),
            (1_048_576.0, "MB"),
            (1024.0, "kB"),
            (1.0, "B"),
        ]
    };
    let whole = steps
        .iter()
        .find(|(size, _)| amount >= *size && (amount / size).fract() == 0.0);
    whole.map_or_else(
        || format_number(amount),
        |(size, name)| format!("{} {name}", format_number(amount / size)),
    )
}

fn format_number(number: f64) -> String {
    if number.fract() == 0.0 {
        format!("{number:.0}")
    } else {
        format!("{number}")
    }
}

#[cfg(test)]
mod tests;
