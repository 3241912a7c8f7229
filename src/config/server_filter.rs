//! Filters that select servers of an audit.

use std::fmt;
use std::str::FromStr;

use wildmatch::WildMatch;

/// An invalid filter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServerFilterError {
    #[error("`{0}` is no tag; give NAME or NAME=VALUE")]
    Tag(String),
    #[error("`{0}` is no tier; give Burstable, GeneralPurpose or MemoryOptimized")]
    Tier(String),
}

/// Selects servers of an audit. An empty filter selects all. Matching is case-insensitive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerFilter {
    pub locations: Vec<String>,
    pub tags: Vec<TagFilter>,
    /// Name patterns: `*` matches any text, `?` any character.
    pub names: Vec<String>,
    pub tiers: Vec<String>,
}

/// A tag that a server must have, with this value or any value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagFilter {
    pub name: String,
    pub value: Option<String>,
}

impl FromStr for TagFilter {
    type Err = ServerFilterError;

    fn from_str(text: &str) -> Result<Self, ServerFilterError> {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name.trim(), Some(value.trim().to_owned())),
            None => (text.trim(), None),
        };
        if name.is_empty() {
            return Err(ServerFilterError::Tag(text.to_owned()));
        }
        let name = name.to_owned();
        Ok(TagFilter { name, value })
    }
}

impl fmt::Display for TagFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(value) => write!(f, "{}={value}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// The compute tiers of the service.
const TIERS: [&str; 3] = ["Burstable", "GeneralPurpose", "MemoryOptimized"];

/// Parses the name of a compute tier, in any case and with or without spaces.
///
/// # Errors
/// The tier does not exist. A filter with it would match nothing.
pub fn parse_tier(text: &str) -> Result<String, ServerFilterError> {
    let known = TIERS
        .into_iter()
        .find(|t| normalize_name(t) == normalize_name(text));
    let known = known.map(str::to_owned);
    known.ok_or_else(|| ServerFilterError::Tier(text.to_owned()))
}

/// The properties of a server that a filter can match.
#[derive(Debug, Clone)]
pub struct ServerSummary<'a> {
    pub name: &'a str,
    pub location: Option<&'a str>,
    pub tier: Option<&'a str>,
    pub tags: Vec<(&'a str, &'a str)>,
}

impl ServerFilter {
    /// The filter as command-line options.
    pub fn to_options(&self) -> Vec<String> {
        let options = |option: &str, values: &[String]| -> Vec<String> {
            values.iter().map(|v| format!("--{option} {v}")).collect()
        };
        let tags: Vec<String> = self.tags.iter().map(TagFilter::to_string).collect();
        [
            options("location", &self.locations),
            options("tag", &tags),
            options("name", &self.names),
            options("tier", &self.tiers),
        ]
        .concat()
    }

    /// Whether the filter selects a server. One value of each kind of filter must match; all tags must match.
    pub fn matches(&self, server: &ServerSummary) -> bool {
        let any_matches = |wanted: &[String], found: Option<&str>| {
            let found = found.map(normalize_name);
            wanted.is_empty() || wanted.iter().any(|w| Some(normalize_name(w)) == found)
        };
        let name = server.name.to_lowercase();
        let matches_name = |p: &String| WildMatch::new(&p.to_lowercase()).matches(&name);
        let has_tag = |tag: &TagFilter| {
            server
                .tags
                .iter()
                .any(|(name, value)| tag.matches(name, value))
        };
        any_matches(&self.locations, server.location)
            && any_matches(&self.tiers, server.tier)
            && (self.names.is_empty() || self.names.iter().any(matches_name))
            && self.tags.iter().all(has_tag)
    }
}

impl TagFilter {
    fn matches(&self, name: &str, value: &str) -> bool {
        let required = self.value.as_deref();
        self.name.eq_ignore_ascii_case(name)
            && required.is_none_or(|w| w.eq_ignore_ascii_case(value))
    }
}

/// Normalizes a name: `East US` and `eastus` are the same location.
fn normalize_name(text: &str) -> String {
    text.to_lowercase().replace([' ', '_', '-'], "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filter_selects_matching_servers() {
        let server = ServerSummary {
            name: "Orders-Prod",
            location: Some("West Europe"),
            tier: Some("GeneralPurpose"),
            tags: vec![("env", "Prod"), ("team", "shop")],
        };
        let admits = |change: &dyn Fn(&mut ServerFilter)| {
            let mut filter = ServerFilter::default();
            change(&mut filter);
            filter.matches(&server)
        };
        assert!(admits(&|_| {}));
        assert!(admits(
            &|f| f.locations = vec!["northeurope".into(), "westeurope".into()]
        ));
        assert!(!admits(&|f| f.locations = vec!["northeurope".into()]));
        assert!(admits(&|f| f.tiers = vec!["generalpurpose".into()]));
        assert!(admits(&|f| f.names = vec!["orders-*".into()]));
        assert!(!admits(&|f| f.names = vec!["orders".into()]));
        assert!(admits(
            &|f| f.tags = vec!["env=prod".parse().unwrap(), "team".parse().unwrap()]
        ));
        assert!(!admits(
            &|f| f.tags = vec!["env=prod".parse().unwrap(), "x".parse().unwrap()]
        ));
    }
}
