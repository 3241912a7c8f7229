//! Discovers flexible servers with Azure Resource Graph, and with ARM lists for scopes without a result.
//!
//! Resource Graph silently omits resources that the caller cannot read. Therefore every scope without a row is also
//! listed through ARM. Results only identify servers: all facts about a server are read from ARM.

mod hosts;
mod places;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::plan::ServerId;
use crate::plan::fleet::{Fleet, Traits, UnreadNote};
use crate::question::{Answer, Answers, Question, Refusal};
use hosts::{next_of_hosts, of_host};
use places::{Place, descendants, is_about, of_group, places, queries, subscriptions_below};

pub use hosts::server_of_host;

/// A discovered server. All fields except the ID can be outdated: use them for filters only, never in checks.
#[derive(Debug, Clone)]
pub struct Lead {
    pub id: ServerId,
    pub location: Option<String>,
    pub tier: Option<String>,
    pub tags: Vec<(String, String)>,
    pub host: Option<String>,
}

impl Lead {
    pub fn traits(&self) -> Traits<'_> {
        let tags = self.tags.iter().map(|(n, v)| (n.as_str(), v.as_str()));
        Traits {
            name: &self.id.name,
            location: self.location.as_deref(),
            tier: self.tier.as_deref(),
            tags: tags.collect(),
        }
    }
}

/// Result of the discovery.
#[derive(Debug, Default)]
pub struct Found {
    /// Sorted by resource ID, without duplicates.
    pub servers: Vec<Lead>,
    pub unread: Vec<UnreadNote>,
}

/// Display name of Resource Graph, used if its rows are malformed.
pub const GRAPH: &str = "Azure Resource Graph";

/// The questions still to answer.
pub fn next(fleet: &Fleet, answers: &Answers) -> Vec<Question> {
    let mut questions = queries(fleet);
    questions.extend(fleet.management_groups.iter().map(|g| descendants(g)));
    questions.extend(fleet.hosts.iter().map(|h| of_host(h)));
    let is_open = questions.iter().any(|q| !answers.contains(q));
    if !is_open {
        let places = unshown(fleet, answers);
        questions.extend(places.iter().map(Place::question));
        questions.extend(next_of_hosts(fleet, answers));
    }
    questions
}

/// The scopes without a row from Resource Graph.
fn unshown(fleet: &Fleet, answers: &Answers) -> Vec<Place> {
    let shown = shown(fleet, answers).0;
    let mut places = places(fleet, answers);
    places.retain(|place| !shown.iter().any(|lead| place.holds(&lead.id)));
    places
}

/// Resource Graph rows in the requested scopes, and the failed queries.
fn shown(fleet: &Fleet, answers: &Answers) -> (Vec<Lead>, Vec<(Question, Refusal)>) {
    let (mut leads, mut refused) = (Vec::new(), Vec::new());
    for query in queries(fleet) {
        match items(answers, &query) {
            Ok(rows) => leads.extend(rows.into_iter().filter_map(lead)),
            Err(refusal) => refused.push((query, refusal)),
        }
    }
    leads.retain(|lead| is_meant(fleet, &lead.id));
    (leads, refused)
}

/// Resource Graph queries cover whole subscriptions. For a resource group, only its own servers are in scope.
fn is_meant(fleet: &Fleet, id: &ServerId) -> bool {
    let named = |s: &String| s.eq_ignore_ascii_case(&id.subscription);
    !fleet.management_groups.is_empty()
        || fleet.subscriptions.iter().any(named)
        || fleet
            .resource_groups
            .iter()
            .any(|g| Place::Group(g.clone()).holds(id))
}

/// Reads the discovered servers and the unreadable scopes from the answers.
pub fn read(fleet: &Fleet, answers: &Answers) -> Found {
    let (mut leads, refused) = shown(fleet, answers);
    let mut unread = Vec::new();
    for place in unshown(fleet, answers) {
        match items(answers, &place.question()) {
            Ok(servers) => {
                unread.extend(nameless(&place.path(), &servers));
                leads.extend(servers.into_iter().filter_map(lead));
            }
            Err(refusal) => unread.push(UnreadNote {
                place: place.path(),
                reason: refusal.to_string(),
            }),
        }
    }
    for query in queries(fleet) {
        let rows = items(answers, &query).unwrap_or_default();
        unread.extend(nameless(GRAPH, &rows));
    }
    for group in &fleet.management_groups {
        if let Err(refusal) = subscriptions_below(group, answers) {
            let shown = match refused.iter().any(|(q, _)| is_about(q, group)) {
                true => "nothing of it was audited",
                false => "only what Azure Resource Graph shows of it was audited",
            };
            unread.push(UnreadNote {
                place: of_group(group),
                reason: format!("{shown}, as its subscriptions could not be listed: {refusal}"),
            });
        }
    }
    let each_once = leads
        .into_iter()
        .map(|lead| (lead.id.path().to_lowercase(), lead));
    let each_once: BTreeMap<String, Lead> = each_once.collect();
    Found {
        servers: each_once.into_values().collect(),
        unread,
    }
}

/// Reports items without a valid server ID, so that no item is dropped silently.
fn nameless(place: &str, items: &[&Value]) -> Option<UnreadNote> {
    let count = items.iter().filter(|item| lead(item).is_none()).count();
    (count > 0).then(|| UnreadNote {
        place: place.to_owned(),
        reason: format!(
            "{count} of {} entries have no server's resource id",
            items.len()
        ),
    })
}

fn items<'a>(answers: &'a Answers, question: &Question) -> Result<Vec<&'a Value>, Refusal> {
    match answers.get(question) {
        Some(Answer::Given(given)) => match given.json.get("value").and_then(Value::as_array) {
            Some(items) => Ok(items.iter().collect()),
            None => Err(Refusal::malformed("the answer is no list")),
        },
        Some(Answer::Refused(refusal)) => Err(refusal.clone()),
        None => Err(Refusal::malformed("it was not asked")),
    }
}

/// Parses a Resource Graph row or an ARM list item. `None` if it is not a flexible server.
fn lead(item: &Value) -> Option<Lead> {
    let tags = item.get("tags").and_then(Value::as_object);
    let tags = tags.into_iter().flatten();
    let tags = tags.map(|(name, value)| (name.clone(), value.as_str().unwrap_or("").to_owned()));
    let host = text(item, "host").or_else(|| {
        let properties = item.get("properties")?;
        text(properties, "fullyQualifiedDomainName")
    });
    Some(Lead {
        id: text(item, "id")?.parse().ok()?,
        location: text(item, "location"),
        tier: item.get("sku").and_then(|sku| text(sku, "tier")),
        tags: tags.collect(),
        host,
    })
}

fn text(item: &Value, name: &str) -> Option<String> {
    let text = item.get(name)?.as_str()?;
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests;
