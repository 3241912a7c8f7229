//! The server parameters that findings ask for, each set once. Two checks may want the same one.

use std::collections::BTreeMap;

use super::wishes::{Asked, Wish};
use crate::checks::step::{Taken, What};
use crate::facts::Facts;
use crate::plan::ServerId;

/// One parameter with its one value.
pub(super) struct Setting<'a> {
    pub server: &'a ServerId,
    pub name: &'a str,
    pub value: String,
    pub by: Vec<Asked<'a>>,
    /// What was asked for beside it, where that differs.
    pub others: Vec<&'a str>,
    /// What it has to be once the migration is done, where that is another value than now wanted.
    pub lasting: Option<&'a str>,
    pub is_temporary: bool,
}

/// The parameters that are to be set by whoever takes them, by name.
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
    // What the migration needs goes before what is to stay.
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

/// Parameters that hold a list: nobody's member is left out.
const LISTS: &[&str] = &[
    "azure.accepted_password_auth_method",
    "azure.extensions",
    "shared_preload_libraries",
];

/// The value that serves all: the members of all lists, the largest number, else that of the first check.
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

/// Whether a change of it counts only after a restart; where that is not known, it does.
pub(super) fn waits_for_restart(facts: &Facts, name: &str) -> bool {
    let configurations = facts.configurations.as_ref().ok();
    let known = configurations.and_then(|c| c.find(name).ok().flatten().map(|p| p.is_dynamic));
    known != Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_serves_all() {
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
