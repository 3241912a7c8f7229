//! Values that Azure allows for a server parameter: `allowedValues`, parsed by `dataType`.
//!
//! The service sends these formats:
//!
//! - Boolean: `on,off` or `true, false`.
//! - Integer: `-1-2147483647`. A leading hyphen is a sign.
//! - Numeric: `0.001-1e+06`.
//! - Enumeration: a comma-separated list. Values can contain spaces.
//! - Set: a comma-separated list. A leading comma means that an empty value is allowed.
//! - String: a regular expression without anchors.

use regex_lite::Regex;

/// Allowed values of a server parameter.
#[derive(Debug, Clone)]
pub enum AllowedValues {
    /// Minimum and maximum, both inclusive, and the range as text.
    Range(f64, f64, String),
    OneOf(Vec<String>),
    /// Any combination of these values.
    SetOf(Vec<String>),
    /// Azure's pattern, and the same pattern ignoring case. PostgreSQL shows `German, DMY` where the pattern has
    /// `GERMAN`.
    Pattern(Regex, Regex),
    /// The list could not be parsed. No value is known to be forbidden.
    Unknown,
}

impl AllowedValues {
    /// Parses `allowedValues` for this `dataType`. An unknown data type returns [`Unknown`](Self::Unknown).
    pub fn parse(data_type: Option<&str>, allowed: Option<&str>) -> Self {
        let Some(text) = allowed else {
            return AllowedValues::Unknown;
        };
        match data_type.unwrap_or("").to_ascii_lowercase().as_str() {
            "integer" | "numeric" => parse_range(text),
            "boolean" | "enumeration" => AllowedValues::OneOf(parse_list(text)),
            "set" => AllowedValues::SetOf(parse_list(text)),
            "string" => parse_pattern(text).unwrap_or(AllowedValues::Unknown),
            _ => AllowedValues::Unknown,
        }
    }

    /// Whether the parameter can be set to `value`, which must be in the parameter's unit. `None`: unknown.
    pub fn allows(&self, value: &str) -> Option<bool> {
        match self {
            AllowedValues::Unknown => None,
            AllowedValues::Range(least, most, _) => Some(
                value
                    .parse::<f64>()
                    .is_ok_and(|v| *least <= v && v <= *most),
            ),
            AllowedValues::OneOf(all) => Some(all.iter().any(|a| is_same_value(a, value))),
            AllowedValues::SetOf(all) => {
                let mut members = value.split(',').map(str::trim).filter(|m| !m.is_empty());
                Some(members.all(|m| all.iter().any(|a| is_same_value(a, m))))
            }
            AllowedValues::Pattern(strict, _) if strict.is_match(value) => Some(true),
            // Azure does not document whether the pattern is case-sensitive.
            AllowedValues::Pattern(_, loose) => (!loose.is_match(value)).then_some(false),
        }
    }

    /// The value in the pattern's letter case, if it differs from the pattern only by case.
    pub fn with_matching_case(&self, value: &str) -> Option<String> {
        match self {
            AllowedValues::Pattern(strict, _) if !strict.is_match(value) => {
                Some(value.to_uppercase()).filter(|upper| strict.is_match(upper))
            }
            _ => None,
        }
    }

    /// The listed values. Empty for ranges and patterns.
    pub fn values(&self) -> &[String] {
        match self {
            AllowedValues::OneOf(words) | AllowedValues::SetOf(words) => words,
            _ => &[],
        }
    }

    /// The allowed values as text for a finding.
    pub fn describe(&self) -> String {
        match self {
            AllowedValues::Range(_, _, text) => text.clone(),
            AllowedValues::OneOf(all) => format!("one of {}", all.join(", ")),
            AllowedValues::SetOf(all) => format!("any of {}", all.join(", ")),
            AllowedValues::Pattern(pattern, _) => {
                let text = pattern.as_str();
                format!(
                    "text like {}",
                    text.trim_start_matches("^(?:").trim_end_matches(")$")
                )
            }
            AllowedValues::Unknown => "not known".to_owned(),
        }
    }
}

/// Whether two spellings are the same value: case is ignored, and `true` and `false` equal `on` and `off`.
fn is_same_value(a: &str, b: &str) -> bool {
    fn plain(word: &str) -> String {
        match word.trim().to_ascii_lowercase().as_str() {
            "true" => "on".to_owned(),
            "false" => "off".to_owned(),
            other => other.to_owned(),
        }
    }
    plain(a) == plain(b)
}

fn parse_pattern(text: &str) -> Option<AllowedValues> {
    let strict = Regex::new(&format!("^(?:{text})$")).ok()?;
    let loose = Regex::new(&format!("(?i)^(?:{text})$")).ok()?;
    Some(AllowedValues::Pattern(strict, loose))
}

fn parse_list(text: &str) -> Vec<String> {
    text.split(',')
        .map(str::trim)
        .filter(|w| !w.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Parses `min-max`. The separator is the first hyphen after a digit, dot or space, so that signs and exponents are
/// skipped.
fn parse_range(text: &str) -> AllowedValues {
    let bytes = text.as_bytes();
    let is_separator =
        |i: usize| bytes[i] == b'-' && matches!(bytes[i - 1], b'0'..=b'9' | b'.' | b' ');
    let Some(at) = (1..bytes.len()).find(|i| is_separator(*i)) else {
        return AllowedValues::Unknown;
    };
    match (text[..at].trim().parse(), text[at + 1..].trim().parse()) {
        (Ok(least), Ok(most)) => AllowedValues::Range(
            least,
            most,
            format!("{} to {}", text[..at].trim(), text[at + 1..].trim()),
        ),
        _ => AllowedValues::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(data_type: &str, allowed: &str, value: &str) -> Option<bool> {
        AllowedValues::parse(Some(data_type), Some(allowed)).allows(value)
    }

    #[test]
    fn ranges_with_signs_and_exponents_are_parsed() {
        assert_eq!(admits("Integer", "-1-2147483647", "-1"), Some(true));
        assert_eq!(
            admits("Integer", "-2147483648-2147483647", "-2147483649"),
            Some(false)
        );
        assert_eq!(admits("Integer", "-15-3", "4"), Some(false));
        assert_eq!(admits("Numeric", "0-1.79769e+308", "1e300"), Some(true));
        assert_eq!(admits("Numeric", "0.001-1e+06", "1000001"), Some(false));
        assert_eq!(admits("Numeric", "1e-05-1.5", "0.00001"), Some(true));
        assert_eq!(admits("Integer", "nonsense", "1"), None);
    }

    #[test]
    fn lists_sets_and_patterns_match_values() {
        assert_eq!(admits("Boolean", "true, false", "off"), Some(true));
        assert_eq!(
            admits(
                "Enumeration",
                "serializable,repeatable read",
                "Repeatable Read"
            ),
            Some(true)
        );
        assert_eq!(admits("Set", ",age,anon", ""), Some(true));
        assert_eq!(admits("Set", ",age,anon", "anon, postgis"), Some(false));
        assert_eq!(
            admits("String", "(ISO|SQL)(, (DMY|MDY))?", "ISO, DMY"),
            Some(true)
        );
        assert_eq!(admits("String", "[A-Za-z]+", "abc1"), Some(false));
        let style = AllowedValues::parse(Some("String"), Some("(ISO|GERMAN)(, (DMY|MDY))?"));
        assert_eq!(style.allows("German, DMY"), None);
        assert_eq!(
            style.with_matching_case("German, DMY").as_deref(),
            Some("GERMAN, DMY")
        );
        assert_eq!(style.allows("Roman, DMY"), Some(false));
        assert_eq!(style.with_matching_case("ISO, DMY"), None);
        assert_eq!(admits("Novelty", "a,b", "c"), None);
        assert_eq!(AllowedValues::parse(None, None).allows("x"), None);
    }
}
