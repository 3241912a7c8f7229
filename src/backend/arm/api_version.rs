//! Falls back to another api-version if ARM does not have the requested one. Some clouds and regions lag behind.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::error::{ErrorResponse, is_api_version_error, quoted_after};

/// The stable api-versions of `Microsoft.DBforPostgreSQL/flexibleServers` whose shapes flexready supports.
const SUPPORTED_VERSIONS: [&str; 5] = [
    "2021-06-01",
    "2022-12-01",
    "2024-08-01",
    "2025-08-01",
    "2026-10-01",
];

/// The api-version that was used instead of the requested one, for each resource with its children. Regions can differ.
#[derive(Debug, Default)]
pub(crate) struct ApiVersionCache(Mutex<HashMap<(String, String), String>>);

impl ApiVersionCache {
    /// The api-version to use.
    pub(crate) fn version_for(&self, path: &str, requested: &str) -> String {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .get(&(resource_root(path), requested.to_owned()))
            .map_or_else(|| requested.to_owned(), Clone::clone)
    }

    pub(crate) fn remember(&self, path: &str, requested: &str, used: &str) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert((resource_root(path), requested.to_owned()), used.to_owned());
    }
}

/// The newest stable api-version that the error message lists and that flexready supports. `None` if there is none.
pub(crate) fn fallback_version(
    error_response: &ErrorResponse,
    path: &str,
    requested: &str,
) -> Option<String> {
    if !error_response
        .code
        .as_deref()
        .is_some_and(is_api_version_error)
    {
        return None;
    }
    let words = error_response.message.as_deref()?;
    let listed = quoted_after(words, "supported api-versions are '")
        .or_else(|| quoted_after(words, "supported versions are '"))?;
    let is_postgresql = path
        .to_ascii_lowercase()
        .contains("/providers/microsoft.dbforpostgresql/");
    listed
        .split(',')
        .map(str::trim)
        // For other providers, only the shape of the requested version is known. A later version can differ.
        .filter(|v| {
            if is_postgresql {
                SUPPORTED_VERSIONS.contains(v)
            } else {
                is_stable(v) && *v < requested
            }
        })
        .filter(|v| *v != requested)
        .max()
        .map(str::to_owned)
}

/// Returns whether a version is a plain date such as `2025-08-01`, without a suffix such as `-preview`.
fn is_stable(version: &str) -> bool {
    version.len() == 10 && version.bytes().all(|b| b.is_ascii_digit() || b == b'-')
}

/// The path down to the first resource of the first provider: `…/flexibleServers/name`, `…/locations/eastus`.
fn resource_root(path: &str) -> String {
    let lower = path.to_ascii_lowercase();
    match lower.split_once("/providers/") {
        Some((scope, rest)) => {
            let named: Vec<&str> = rest.splitn(4, '/').take(3).collect();
            format!("{scope}/providers/{}", named.join("/"))
        }
        None => lower,
    }
}
