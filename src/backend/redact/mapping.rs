//! Maps names to pseudonyms: `name1`, `name2`, … in the order in which they occur. A pseudonym needs no quotes in SQL,
//! and it is a valid name of an Azure resource.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::LazyLock;

use regex_lite::{Captures, Regex};

use super::public_names::{PROVIDER_SUFFIXES, SQL_KEYWORDS, is_public_name};
use crate::question::Question;

pub(crate) static GUID: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("(?i)[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}").expect("the pattern is tested")
});

#[derive(Default)]
pub(crate) struct PseudonymMap {
    pub(crate) exact: BTreeMap<String, String>,
    /// For each lower-case name, the pseudonym of its first spelling. Azure ignores case.
    pub(crate) lower: BTreeMap<String, String>,
    pub(crate) guids: BTreeMap<String, String>,
}

impl PseudonymMap {
    /// Returns the pseudonym of a case-sensitive name.
    pub fn for_name(&mut self, name: &str) -> String {
        if let Some(known) = self.exact.get(name) {
            return known.clone();
        }
        if is_public_name(name) {
            return name.to_owned();
        }
        let pseudonym = format!("name{}", self.exact.len() + 1);
        self.exact.insert(name.to_owned(), pseudonym.clone());
        self.lower
            .entry(name.to_lowercase())
            .or_insert_with(|| pseudonym.clone());
        pseudonym
    }

    /// Returns the pseudonym of an Azure name, which is case-insensitive.
    pub fn for_azure_name(&mut self, name: &str) -> String {
        if GUID.find(name).is_some_and(|guid| guid.as_str() == name) {
            return self.replace_guids(name);
        }
        if let Some(known) = self
            .exact
            .get(name)
            .or_else(|| self.lower.get(&name.to_lowercase()))
        {
            return known.clone();
        }
        let lower = name.to_lowercase();
        if lower.starts_with("privatelink.") || PROVIDER_SUFFIXES.iter().any(|s| lower.ends_with(s))
        {
            return self.host(name);
        }
        self.for_name(name)
    }

    /// Returns the pseudonym of a name that already has one, otherwise the name.
    pub fn if_known(&self, name: &str) -> String {
        self.exact.get(name).map_or(name, String::as_str).to_owned()
    }

    /// Replaces subscription, resource groups, and resource names in a resource ID or an ARM path.
    pub fn for_resource_id(&mut self, path: &str) -> String {
        let parts: Vec<&str> = path.split('/').collect();
        let mut segments = Vec::with_capacity(parts.len());
        for (index, part) in parts.iter().enumerate() {
            let previous = index.checked_sub(1).map_or("", |b| parts[b]);
            segments.push(match previous.to_ascii_lowercase().as_str() {
                "subscriptions" => self.replace_guids(part),
                "providers" | "locations" | "configurations" | "" => (*part).to_owned(),
                _ if is_resource_name(&parts, index) && !part.is_empty() => {
                    self.for_azure_name(part)
                }
                _ => (*part).to_owned(),
            });
        }
        segments.join("/")
    }

    /// Replaces a host name. The suffix that identifies the provider is kept, as are addresses and socket paths.
    pub fn host(&mut self, host: &str) -> String {
        if host.parse::<IpAddr>().is_ok() || host.starts_with('/') || is_public_name(host) {
            return host.to_owned();
        }
        // The path of a Google Cloud SQL instance: alternating collection and name.
        if host.contains('/') {
            let parts = host.split('/').enumerate();
            let own = parts.map(|(at, part)| match at % 2 {
                0 => part.to_owned(),
                _ => self.for_name(part),
            });
            return own.collect::<Vec<_>>().join("/");
        }
        if host.contains(':') {
            let parts: Vec<String> = host.split(':').map(|part| self.for_name(part)).collect();
            return parts.join(":");
        }
        let lower = host.to_lowercase();
        let known = PROVIDER_SUFFIXES.iter().find(|s| lower.ends_with(*s));
        let (own, end) = match known {
            Some(suffix) => (&host[..host.len() - suffix.len()], *suffix),
            None if lower.starts_with("privatelink.") => return host.to_owned(),
            None => (host, if host.contains('.') { ".example" } else { "" }),
        };
        if own == "privatelink" {
            return host.to_owned();
        }
        let known = self.lower.get(&own.to_lowercase()).cloned();
        format!("{}{end}", known.unwrap_or_else(|| self.for_name(own)))
    }

    /// Replaces every GUID in a text.
    pub fn replace_guids(&mut self, text: &str) -> String {
        let guids = &mut self.guids;
        GUID.replace_all(text, |found: &Captures| {
            let number = guids.len() + 1;
            let known = guids.entry(found[0].to_lowercase());
            known
                .or_insert_with(|| format!("00000000-0000-4000-8000-{number:012}"))
                .clone()
        })
        .into_owned()
    }

    /// Replaces the names in a question, consistently with its answer.
    pub fn for_question(&mut self, question: &Question) -> Question {
        let mut renamed = question.clone();
        match &mut renamed {
            Question::Arm { path, .. } => *path = self.for_resource_id(path),
            Question::Sql { database, .. } | Question::Connection { database, .. } => {
                *database = self.for_name(database);
            }
            Question::Dns { host } => *host = self.host(host),
            // A recording of a migration does not contain discovery.
            Question::Graph { .. } => {}
        }
        renamed
    }
}

/// Returns whether a path segment is a resource name. After a provider, types and names alternate.
fn is_resource_name(parts: &[&str], index: usize) -> bool {
    let provider_index = parts[..index]
        .iter()
        .rposition(|p| p.eq_ignore_ascii_case("providers"));
    match provider_index {
        Some(provider) => (index - provider) % 2 == 1 && index > provider + 2,
        None => parts[index - 1].eq_ignore_ascii_case("resourceGroups"),
    }
}

static TOKEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#""(?:[^"]|"")*"|[A-Za-z0-9_$@#.+\x{80}-\x{10FFFF}-]+"#)
        .expect("the pattern is tested")
});
/// The identity that an ARM error message names.
static NAMED_IDENTITY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(client|user|principal|identity) '([^']*)'").expect("the pattern is tested")
});
static SQL_TOKEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#""(?:[^"]|"")+"|'(?:[^']|'')*'|[A-Za-z_\x{80}-\x{10FFFF}][A-Za-z0-9_$\x{80}-\x{10FFFF}]*"#)
        .expect("the pattern is tested")
});

impl PseudonymMap {
    /// Replaces the names in an SQL fragment, such as `app."Old orders"` or `app.load(integer)`. Removes literals.
    pub fn in_sql(&mut self, text: &str) -> String {
        if let Some(known) = self.exact.get(text) {
            return known.clone();
        }
        SQL_TOKEN
            .replace_all(text, |found: &Captures| {
                let word = &found[0];
                if word.starts_with('\'') {
                    "'…'".to_owned()
                } else if word.starts_with('"') {
                    self.for_name(&word[1..word.len() - 1].replace("\"\"", "\""))
                } else if SQL_KEYWORDS.contains(&word.to_lowercase().as_str()) {
                    word.to_owned()
                } else {
                    self.for_name(word)
                }
            })
            .into_owned()
    }

    /// Replaces the names in free text, as far as they have a pseudonym already.
    pub fn in_free_text(&self, text: &str) -> String {
        let text = GUID.replace_all(text, |found: &Captures| {
            let known = self.guids.get(&found[0].to_lowercase());
            known
                .cloned()
                .unwrap_or_else(|| "00000000-0000-4000-8000-000000000000".to_owned())
        });
        let text = NAMED_IDENTITY.replace_all(&text, |found: &Captures| {
            let known = self.exact.get(&found[2]).map(String::as_str);
            let is_public_identity = GUID.is_match(&found[2]) || is_public_name(&found[2]);
            let replacement = known.unwrap_or(if is_public_identity { &found[2] } else { "…" });
            format!("{} '{replacement}'", &found[1])
        });
        TOKEN
            .replace_all(&text, |found: &Captures| self.replace_token(&found[0]))
            .into_owned()
    }

    fn replace_token(&self, token: &str) -> String {
        let quoted = token.strip_prefix('"').and_then(|w| w.strip_suffix('"'));
        let bare = quoted.unwrap_or(token).replace("\"\"", "\"");
        let lookup = |name: &str| {
            self.exact
                .get(name)
                .or_else(|| self.lower.get(&name.to_lowercase()))
        };
        match lookup(&bare) {
            Some(known) if quoted.is_some() => format!("\"{known}\""),
            Some(known) => known.clone(),
            // Everything in quotation marks is a name, even an unknown one.
            None if quoted.is_some() && !is_public_name(&bare) => "\"…\"".to_owned(),
            None if is_email(token) => "…@example".to_owned(),
            None => {
                let parts: Vec<String> = token
                    .split('.')
                    .map(|p| lookup(p).cloned().unwrap_or_else(|| p.to_owned()))
                    .collect();
                parts.join(".")
            }
        }
    }
}

/// Returns whether a token is `user@corp.example`, or a guest account `user_corp.example#EXT#@tenant.example`.
fn is_email(token: &str) -> bool {
    let parts = token.rsplit_once('@');
    parts.is_some_and(|(who, place)| !who.is_empty() && place.trim_matches('.').contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_pseudonym_everywhere() {
        let mut names = PseudonymMap::default();
        assert_eq!(names.for_name("orders"), "name1");
        assert_eq!(names.for_name("Orders"), "name2");
        assert_eq!(names.for_azure_name("ORDERS"), "name1");
        assert_eq!(
            names.in_sql("orders.\"Odd \"\"one\"\"\"(integer)"),
            "name1.name3(integer)"
        );
        assert_eq!(
            names.in_free_text("no table \"Odd \"\"one\"\"\" in orders, or \"x\""),
            "no table \"name3\" in name1, or \"…\""
        );
        assert_eq!(names.for_name("pg_monitor"), "pg_monitor");
        assert_eq!(
            names.in_free_text(
                "The client 'ann.lee@corp.com' with object id '11111111-2222-4333-8444-555555555555' does not have \
                 authorization; ask bob@corp.com. or guest_corp.com#EXT#@corp.onmicrosoft.com"
            ),
            "The client '…' with object id '00000000-0000-4000-8000-000000000000' does not have authorization; ask \
             …@example or …@example"
        );
    }

    #[test]
    fn ids_and_hosts_are_replaced() {
        let mut names = PseudonymMap::default();
        let id = "/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/rg/providers/Microsoft.DBforPostgreSQL/flexibleServers/shop";
        let own = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/name1/providers/Microsoft.DBforPostgreSQL/flexibleServers/name2";
        assert_eq!(names.for_resource_id(id), own);
        assert_eq!(
            names.for_resource_id(&id.to_lowercase()),
            own.to_lowercase()
        );
        assert_eq!(
            names.for_resource_id(&format!("{id}/configurations/work_mem")),
            format!("{own}/configurations/work_mem")
        );
        assert_eq!(
            names.for_resource_id(&format!("{id}/replicas")),
            format!("{own}/replicas")
        );
        assert_eq!(
            names.host("shop.postgres.database.azure.com"),
            "name2.postgres.database.azure.com"
        );
        assert_eq!(names.host("db.corp.example"), "name3.example");
        assert_eq!(names.host("10.0.0.1"), "10.0.0.1");
        assert_eq!(names.host("p:r:i"), "name4:name5:name6");
    }
}
