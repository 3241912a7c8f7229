//! Plans the server parameters that findings require. Each is set once, even if several checks require it.

use std::collections::BTreeMap;

use super::wishes::{Asked, Wish};
use crate::checks::step::{Taken, What};
use crate::facts::Facts;
use crate::plan::ServerId;

/// A parameter with its merged value.
pub(super) struct Setting<'a> {
    pub server: &'a ServerId,
    pub name: &'a str,
    pub value: String,
    pub by: Vec<Asked<'a>>,
    /// Other values that findings require.
    pub others: Vec<&'a str>,
    /// The required value after the migration, if `value` is temporary.
    pub lasting: Option<&'a str>,
    pub is_temporary: bool,
}

/// Returns the parameters of steps with this applicability, sorted by name.
pub(super) fn settings<'a>(wishes: &'a [Wish<'a>], taken: Taken) -> Vec<Setting<'a>> {
    let mut by_name: BTreeMap<String, Vec<&Wish>> = BTreeMap::new();
    for wish in wishes.iter().filter(|w| w.taken() == taken) {
        if let What::Parameter { server, name, .. } = &wish.step.what {
            let key = format!("{server} {}", name.to_lowercase());
            by_name.entry(key).or_default().push(wish);
        }
    }
    by_name
        .into_values()
        .filter_map(|same| merged(&same))
        .collect()
}

fn merged<'a>(same: &[&'a Wish<'a>]) -> Option<Setting<'a>> {
    let (server, name, _) = parts(same.first()?)?;
    let all = || same.iter().copied();
    let is_temporary = same.iter().any(|w| w.step.is_temporary);
    // Temporary values for the migration have precedence over permanent values.
    let now: Vec<&str> = values(all().filter(|w| w.step.is_temporary == is_temporary));
    let lasting = values(all().filter(|w| !w.step.is_temporary));
    let value = one_of(name, &now)?;
    let asked = values(all());
    Some(Setting {
        server,
        name,
        others: asked.into_iter().filter(|v| *v != value).collect(),
        lasting: lasting.into_iter().next().filter(|_| is_temporary),
        by: same.iter().flat_map(|w| w.by.iter().copied()).collect(),
        value,
        is_temporary,
    })
}

fn parts<'a>(wish: &'a Wish<'a>) -> Option<(&'a ServerId, &'a str, &'a str)> {
    match &wish.step.what {
        What::Parameter {
            server,
            name,
            value,
        } => Some((server, name, value)),
        _ => None,
    }
}

fn values<'a>(wishes: impl Iterator<Item = &'a Wish<'a>>) -> Vec<&'a str> {
    let mut all: Vec<&str> = wishes.filter_map(|w| parts(w)).map(|p| p.2).collect();
    all.dedup();
    all
}

/// Parameters whose values are lists. All members of all values are kept.
const LISTS: &[&str] = &[
    "azure.accepted_password_auth_method",
    "azure.extensions",
    "shared_preload_libraries",
];

/// Merges the required values: the union of lists, the largest number, otherwise the value of the first check.
fn one_of(name: &str, values: &[&str]) -> Option<String> {
    if LISTS.contains(&name.to_lowercase().as_str()) {
        let mut members: Vec<&str> = Vec::new();
        for member in values.iter().flat_map(|v| v.split(',')).map(str::trim) {
            if !member.is_empty() && !members.iter().any(|m| m.eq_ignore_ascii_case(member)) {
                members.push(member);
            }
        }
        return Some(members.join(","));
    }
    let numbers: Option<Vec<f64>> = values.iter().map(|v| v.parse().ok()).collect();
    let largest = numbers.and_then(|n| {
        n.iter()
            .copied()
            .enumerate()
            .max_by(|a, b| a.1.total_cmp(&b.1))
    });
    let place = largest.map_or(0, |(place, _)| place);
    values.get(place).map(|v| (*v).to_owned())
}

/// Returns whether a change of the parameter requires a restart. Returns `true` if this is unknown.
pub(super) fn waits_for_restart(facts: &Facts, name: &str) -> bool {
    let configurations = facts.configurations.as_ref().ok();
    let known = configurations.and_then(|c| c.find(name).ok().flatten().map(|p| p.is_dynamic));
    known != Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn required_values_are_merged_into_one() {
        assert_eq!(
            one_of("max_connections", &["415", "2015"]).as_deref(),
            Some("2015")
        );
        assert_eq!(one_of("timezone", &["UTC", "CET"]).as_deref(), Some("UTC"));
        assert_eq!(
            one_of("azure.extensions", &["PG_TRGM,hstore", "pg_trgm,citext"]).as_deref(),
            Some("PG_TRGM,hstore,citext")
        );
        assert_eq!(one_of("x", &[]), None);
    }
}
