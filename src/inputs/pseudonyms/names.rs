//! Maps names to pseudonyms: `name1`, `name2`, … in the order in which they occur. A pseudonym needs no quotes in SQL,
//! and it is a valid name of an Azure resource.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::LazyLock;

use regex_lite::{Captures, Regex};

use super::words::{SUFFIXES, is_public};

pub(super) static GUID: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("(?i)[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}").expect("the pattern is tested")
});

#[derive(Default)]
pub(super) struct Names {
    pub(super) exact: BTreeMap<String, String>,
    /// For each lower-case name, the pseudonym of its first spelling. Azure ignores case.
    pub(super) lower: BTreeMap<String, String>,
    pub(super) guids: BTreeMap<String, String>,
}

impl Names {
    /// Returns the pseudonym of a case-sensitive name.
    pub fn of(&mut self, name: &str) -> String {
        if let Some(known) = self.exact.get(name) {
            return known.clone();
        }
        if is_public(name) {
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
    pub fn of_azure(&mut self, name: &str) -> String {
        if GUID.find(name).is_some_and(|guid| guid.as_str() == name) {
            return self.guids(name);
        }
        if let Some(known) = self
            .exact
            .get(name)
            .or_else(|| self.lower.get(&name.to_lowercase()))
        {
            return known.clone();
        }
        let lower = name.to_lowercase();
        if lower.starts_with("privatelink.") || SUFFIXES.iter().any(|s| lower.ends_with(s)) {
            return self.host(name);
        }
        self.of(name)
    }

    /// Returns the pseudonym of a name that already has one, otherwise the name.
    pub fn if_known(&self, name: &str) -> String {
        self.exact.get(name).map_or(name, String::as_str).to_owned()
    }

    /// Replaces subscription, resource groups, and resource names in a resource ID or an ARM path.
    pub fn id(&mut self, path: &str) -> String {
        let parts: Vec<&str> = path.split('/').collect();
        let mut own = Vec::with_capacity(parts.len());
        for (at, part) in parts.iter().enumerate() {
            let before = at.checked_sub(1).map_or("", |b| parts[b]);
            own.push(match before.to_ascii_lowercase().as_str() {
                "subscriptions" => self.guids(part),
                "providers" | "locations" | "configurations" | "" => (*part).to_owned(),
                _ if is_name_place(&parts, at) && !part.is_empty() => self.of_azure(part),
                _ => (*part).to_owned(),
            });
        }
        own.join("/")
    }

    /// Replaces a host name. The suffix that identifies the provider is kept, as are addresses and socket paths.
    pub fn host(&mut self, host: &str) -> String {
        if host.parse::<IpAddr>().is_ok() || host.starts_with('/') || is_public(host) {
            return host.to_owned();
        }
        // The path of a Google Cloud SQL instance: alternating collection and name.
        if host.contains('/') {
            let parts = host.split('/').enumerate();
            let own = parts.map(|(at, part)| match at % 2 {
                0 => part.to_owned(),
                _ => self.of(part),
            });
            return own.collect::<Vec<_>>().join("/");
        }
        if host.contains(':') {
            let parts: Vec<String> = host.split(':').map(|part| self.of(part)).collect();
            return parts.join(":");
        }
        let lower = host.to_lowercase();
        let known = SUFFIXES.iter().find(|s| lower.ends_with(*s));
        let (own, end) = match known {
            Some(suffix) => (&host[..host.len() - suffix.len()], *suffix),
            None if lower.starts_with("privatelink.") => return host.to_owned(),
            None => (host, if host.contains('.') { ".example" } else { "" }),
        };
        if own == "privatelink" {
            return host.to_owned();
        }
        let known = self.lower.get(&own.to_lowercase()).cloned();
        format!("{}{end}", known.unwrap_or_else(|| self.of(own)))
    }

    /// Replaces every GUID in a text.
    pub fn guids(&mut self, text: &str) -> String {
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

    /// Replaces the names in the key of a question, consistently with its answer.
    pub fn key(&mut self, key: &str) -> String {
        let Some((kind, rest)) = key.split_once(':') else {
            return key.to_owned();
        };
        match kind {
            "arm" => {
                let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
                format!("arm:{}?{query}", self.id(path).to_lowercase())
            }
            "sql" => {
                let (side, rest) = rest.split_once('/').unwrap_or((rest, ""));
                let (database, query) = rest.rsplit_once('/').unwrap_or((rest, ""));
                format!("sql:{side}/{}/{query}", self.of(database))
            }
            "connection" => {
                let (side, database) = rest.split_once('/').unwrap_or((rest, ""));
                format!("connection:{side}/{}", self.of(database))
            }
            "dns" => format!("dns:{}", self.host(rest).to_lowercase()),
            _ => key.to_owned(),
        }
    }
}

/// Returns whether a path segment is a resource name. After a provider, types and names alternate.
fn is_name_place(parts: &[&str], at: usize) -> bool {
    let before = parts[..at]
        .iter()
        .rposition(|p| p.eq_ignore_ascii_case("providers"));
    match before {
        Some(provider) => (at - provider) % 2 == 1 && at > provider + 2,
        None => parts[at - 1].eq_ignore_ascii_case("resourceGroups"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_pseudonym_everywhere() {
        let mut names = Names::default();
        assert_eq!(names.of("orders"), "name1");
        assert_eq!(names.of("Orders"), "name2");
        assert_eq!(names.of_azure("ORDERS"), "name1");
        assert_eq!(
            names.sql("orders.\"Odd \"\"one\"\"\"(integer)"),
            "name1.name3(integer)"
        );
        assert_eq!(
            names.in_text("no table \"Odd \"\"one\"\"\" in orders, or \"x\""),
            "no table \"name3\" in name1, or \"…\""
        );
        assert_eq!(names.of("pg_monitor"), "pg_monitor");
        assert_eq!(
            names.in_text(
                "The client 'ann.lee@corp.com' with object id '11111111-2222-4333-8444-555555555555' does not have \
                 authorization; ask bob@corp.com. or guest_corp.com#EXT#@corp.onmicrosoft.com"
            ),
            "The client '…' with object id '00000000-0000-4000-8000-000000000000' does not have authorization; ask \
             …@example or …@example"
        );
    }

    #[test]
    fn ids_and_hosts_are_replaced() {
        let mut names = Names::default();
        let id = "/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/rg/providers/Microsoft.DBforPostgreSQL/flexibleServers/shop";
        let own = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/name1/providers/Microsoft.DBforPostgreSQL/flexibleServers/name2";
        assert_eq!(names.id(id), own);
        assert_eq!(names.id(&id.to_lowercase()), own.to_lowercase());
        assert_eq!(
            names.id(&format!("{id}/configurations/work_mem")),
            format!("{own}/configurations/work_mem")
        );
        assert_eq!(
            names.id(&format!("{id}/replicas")),
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
