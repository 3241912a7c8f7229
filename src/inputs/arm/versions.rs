//! Another api-version where ARM does not have the one asked for, as in clouds and regions that lag behind.
//! Not here: which fields an api-version has (`facts`).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::refusal::{Declined, is_about_version};
use super::words::quoted_after;

/// The stable api-versions of `Microsoft.DBforPostgreSQL/flexibleServers` whose shapes are known to this program.
const KNOWN: [&str; 5] = [
    "2021-06-01",
    "2022-12-01",
    "2024-08-01",
    "2025-08-01",
    "2026-10-01",
];

/// What answered instead of the version asked for, for each resource and its children: another region may have more.
#[derive(Debug, Default)]
pub(crate) struct Versions(Mutex<HashMap<(String, String), String>>);

impl Versions {
    /// The version to ask with.
    pub(crate) fn instead_of(&self, path: &str, asked: &str) -> String {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .get(&(root(path), asked.to_owned()))
            .map_or_else(|| asked.to_owned(), Clone::clone)
    }

    pub(crate) fn remember(&self, path: &str, asked: &str, answered: &str) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert((root(path), asked.to_owned()), answered.to_owned());
    }
}

/// The newest stable version that the words of `declined` list and that we can read; `None`: there is no other to try.
pub(crate) fn alternative(declined: &Declined, path: &str, asked: &str) -> Option<String> {
    if !declined.code.as_deref().is_some_and(is_about_version) {
        return None;
    }
    let words = declined.words.as_deref()?;
    let listed = quoted_after(words, "supported api-versions are '")
        .or_else(|| quoted_after(words, "supported versions are '"))?;
    let ours = path
        .to_ascii_lowercase()
        .contains("/providers/microsoft.dbforpostgresql/");
    listed
        .split(',')
        .map(str::trim)
        // Of other providers we know the shape that we asked for; what came later may differ.
        .filter(|v| {
            if ours {
                KNOWN.contains(v)
            } else {
                is_stable(v) && *v < asked
            }
        })
        .filter(|v| *v != asked)
        .max()
        .map(str::to_owned)
}

/// `2025-08-01`, without `-preview` or the like.
fn is_stable(version: &str) -> bool {
    version.len() == 10 && version.bytes().all(|b| b.is_ascii_digit() || b == b'-')
}

/// The path down to the first resource of the first provider: `…/flexibleServers/name`, `…/locations/eastus`.
fn root(path: &str) -> String {
    let lower = path.to_ascii_lowercase();
    match lower.split_once("/providers/") {
        Some((scope, rest)) => {
            let named: Vec<&str> = rest.splitn(4, '/').take(3).collect();
            format!("{scope}/providers/{}", named.join("/"))
        }
        None => lower,
    }
}
