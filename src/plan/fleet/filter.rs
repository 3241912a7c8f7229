//! Filters that select servers of an audit.

use std::fmt;
use std::str::FromStr;

use wildmatch::WildMatch;

use super::FleetError;

/// Selects servers of an audit. An empty filter selects all. Matching is case-insensitive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    pub locations: Vec<String>,
    pub tags: Vec<Tag>,
    /// Name patterns: `*` matches any text, `?` any character.
    pub names: Vec<String>,
    pub tiers: Vec<String>,
}

/// A tag that a server must have, with this value or any value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    pub name: String,
    pub value: Option<String>,
}

impl FromStr for Tag {
    type Err = FleetError;

    fn from_str(text: &str) -> Result<Self, FleetError> {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name.trim(), Some(value.trim().to_owned())),
            None => (text.trim(), None),
        };
        if name.is_empty() {
            return Err(FleetError::Tag(text.to_owned()));
        }
        let name = name.to_owned();
        Ok(Tag { name, value })
    }
}

impl fmt::Display for Tag {
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
pub fn tier(text: &str) -> Result<String, FleetError> {
    let known = TIERS.into_iter().find(|t| squeezed(t) == squeezed(text));
    let known = known.map(str::to_owned);
    known.ok_or_else(|| FleetError::Tier(text.to_owned()))
}

/// The properties of a server that a filter can match.
#[derive(Debug, Clone)]
pub struct Traits<'a> {
    pub name: &'a str,
    pub location: Option<&'a str>,
    pub tier: Option<&'a str>,
    pub tags: Vec<(&'a str, &'a str)>,
}

impl Filter {
    /// The filter as command-line options.
    pub fn words(&self) -> Vec<String> {
        let said = |option: &str, values: &[String]| -> Vec<String> {
            values.iter().map(|v| format!("--{option} {v}")).collect()
        };
        let tags: Vec<String> = self.tags.iter().map(Tag::to_string).collect();
        [
            said("location", &self.locations),
            said("tag", &tags),
            said("name", &self.names),
            said("tier", &self.tiers),
        ]
        .concat()
    }

    /// Whether the filter selects a server. One value of each kind of filter must match; all tags must match.
    pub fn admits(&self, server: &Traits) -> bool {
        let one = |wanted: &[String], found: Option<&str>| {
            let found = found.map(squeezed);
            wanted.is_empty() || wanted.iter().any(|w| Some(squeezed(w)) == found)
        };
        let name = server.name.to_lowercase();
        let named = |p: &String| WildMatch::new(&p.to_lowercase()).matches(&name);
        let has = |tag: &Tag| {
            server
                .tags
                .iter()
                .any(|(name, value)| tag.fits(name, value))
        };
        one(&self.locations, server.location)
            && one(&self.tiers, server.tier)
            && (self.names.is_empty() || self.names.iter().any(named))
            && self.tags.iter().all(has)
    }
}

impl Tag {
    fn fits(&self, name: &str, value: &str) -> bool {
        let wanted = self.value.as_deref();
        self.name.eq_ignore_ascii_case(name) && wanted.is_none_or(|w| w.eq_ignore_ascii_case(value))
    }
}

/// Normalizes a name: `East US` and `eastus` are the same location.
fn squeezed(text: &str) -> String {
    text.to_lowercase().replace([' ', '_', '-'], "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filter_selects_matching_servers() {
        let server = Traits {
            name: "Orders-Prod",
            location: Some("West Europe"),
            tier: Some("GeneralPurpose"),
            tags: vec![("env", "Prod"), ("team", "shop")],
        };
        let admits = |change: &dyn Fn(&mut Filter)| {
            let mut filter = Filter::default();
            change(&mut filter);
            filter.admits(&server)
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
