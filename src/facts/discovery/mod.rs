//! Discovers flexible servers with Azure Resource Graph, and with ARM lists for scopes without a result.
//!
//! Resource Graph silently omits resources that the caller cannot read. Therefore every scope without a row is also
//! listed through ARM. Results only identify servers: all facts about a server are read from ARM.

mod by_host;
mod scopes;

use std::collections::BTreeMap;

use by_host::{host_question, next_host_questions};
use scopes::{
    SearchScope, descendants_question, graph_questions, is_about_management_group,
    management_group_label, search_scopes, subscriptions_below,
};
use serde_json::Value;

use crate::config::ServerId;
use crate::config::fleet_scope::{FleetScope, UnreadScope};
use crate::config::server_filter::ServerSummary;
use crate::question::{Answer, Answers, Failure, FailureKind, Question};

pub use by_host::server_by_host;

/// A discovered server. All fields except the ID can be outdated: use them for filters only, never in checks.
#[derive(Debug, Clone)]
pub struct ServerCandidate {
    pub id: ServerId,
    pub location: Option<String>,
    pub tier: Option<String>,
    pub tags: Vec<(String, String)>,
    pub host: Option<String>,
}

impl ServerCandidate {
    pub fn summary(&self) -> ServerSummary<'_> {
        let tags = self.tags.iter().map(|(n, v)| (n.as_str(), v.as_str()));
        ServerSummary {
            name: &self.id.name,
            location: self.location.as_deref(),
            tier: self.tier.as_deref(),
            tags: tags.collect(),
        }
    }
}

/// Result of the discovery.
#[derive(Debug, Default)]
pub struct ServerListing {
    /// Sorted by resource ID, without duplicates.
    pub servers: Vec<ServerCandidate>,
    pub unread_scopes: Vec<UnreadScope>,
}

/// Display name of Resource Graph, used if its rows are malformed.
pub const GRAPH_NAME: &str = "Azure Resource Graph";

/// The questions still to answer.
pub fn next_questions(fleet: &FleetScope, answers: &Answers) -> Vec<Question> {
    let mut questions = graph_questions(fleet);
    questions.extend(
        fleet
            .management_groups
            .iter()
            .map(|g| descendants_question(g)),
    );
    questions.extend(fleet.hosts.iter().map(|h| host_question(h)));
    let is_open = questions.iter().any(|q| !answers.contains(q));
    if !is_open {
        let scopes = scopes_without_rows(fleet, answers);
        questions.extend(scopes.iter().map(SearchScope::question));
        questions.extend(next_host_questions(fleet, answers));
    }
    questions
}

/// The scopes without a row from Resource Graph.
fn scopes_without_rows(fleet: &FleetScope, answers: &Answers) -> Vec<SearchScope> {
    let candidates = graph_candidates(fleet, answers).0;
    let mut scopes = search_scopes(fleet, answers);
    scopes.retain(|place| !candidates.iter().any(|lead| place.contains(&lead.id)));
    scopes
}

/// Resource Graph rows in the requested scopes, and the failed queries.
fn graph_candidates(
    fleet: &FleetScope,
    answers: &Answers,
) -> (Vec<ServerCandidate>, Vec<(Question, Failure)>) {
    let (mut candidates, mut failed) = (Vec::new(), Vec::new());
    for query in graph_questions(fleet) {
        match list_items(answers, &query) {
            Ok(rows) => candidates.extend(rows.into_iter().filter_map(parse_candidate)),
            Err(refusal) => failed.push((query, refusal)),
        }
    }
    candidates.retain(|lead| is_in_scope(fleet, &lead.id));
    (candidates, failed)
}

/// Resource Graph queries cover whole subscriptions. For a resource group, only its own servers are in scope.
fn is_in_scope(fleet: &FleetScope, id: &ServerId) -> bool {
    let is_requested = |s: &String| s.eq_ignore_ascii_case(&id.subscription);
    !fleet.management_groups.is_empty()
        || fleet.subscriptions.iter().any(is_requested)
        || fleet
            .resource_groups
            .iter()
            .any(|g| SearchScope::ResourceGroup(g.clone()).contains(id))
}

/// Reads the discovered servers and the unreadable scopes from the answers.
pub fn read(fleet: &FleetScope, answers: &Answers) -> ServerListing {
    let (mut candidates, failed) = graph_candidates(fleet, answers);
    let mut unread = Vec::new();
    for scope in scopes_without_rows(fleet, answers) {
        match list_items(answers, &scope.question()) {
            Ok(servers) => {
                unread.extend(unread_without_id(&scope.path(), &servers));
                candidates.extend(servers.into_iter().filter_map(parse_candidate));
            }
            Err(refusal) => unread.push(UnreadScope {
                place: scope.path(),
                reason: refusal.to_string(),
            }),
        }
    }
    for query in graph_questions(fleet) {
        let rows = list_items(answers, &query).unwrap_or_default();
        unread.extend(unread_without_id(GRAPH_NAME, &rows));
    }
    for group in &fleet.management_groups {
        if let Err(refusal) = subscriptions_below(group, answers) {
            let shown = if failed
                .iter()
                .any(|(q, _)| is_about_management_group(q, group))
            {
                "nothing of it was audited"
            } else {
                "only what Azure Resource Graph shows of it was audited"
            };
            unread.push(UnreadScope {
                place: management_group_label(group),
                reason: format!("{shown}, as its subscriptions could not be listed: {refusal}"),
            });
        }
    }
    let by_id = candidates
        .into_iter()
        .map(|lead| (lead.id.path().to_lowercase(), lead));
    let by_id: BTreeMap<String, ServerCandidate> = by_id.collect();
    ServerListing {
        servers: by_id.into_values().collect(),
        unread_scopes: unread,
    }
}

/// Reports items without a valid server ID, so that no item is dropped silently.
fn unread_without_id(scope: &str, items: &[&Value]) -> Option<UnreadScope> {
    let count = items
        .iter()
        .filter(|item| parse_candidate(item).is_none())
        .count();
    (count > 0).then(|| UnreadScope {
        place: scope.to_owned(),
        reason: format!(
            "{count} of {} entries have no server's resource id",
            items.len()
        ),
    })
}

fn list_items<'a>(answers: &'a Answers, question: &Question) -> Result<Vec<&'a Value>, Failure> {
    match answers.get(question) {
        Some(Answer::Body(given)) => match given.json.get("value").and_then(Value::as_array) {
            Some(items) => Ok(items.iter().collect()),
            None => Err(Failure::new(
                FailureKind::Malformed,
                "the answer is no list",
            )),
        },
        Some(Answer::Failed(refusal)) => Err(refusal.clone()),
        None => Err(Failure::new(FailureKind::Malformed, "it was not asked")),
    }
}

/// Parses a Resource Graph row or an ARM list item. `None` if it is not a flexible server.
fn parse_candidate(item: &Value) -> Option<ServerCandidate> {
    let tags = item.get("tags").and_then(Value::as_object);
    let tags = tags.into_iter().flatten();
    let tags = tags.map(|(name, value)| (name.clone(), value.as_str().unwrap_or("").to_owned()));
    let host = non_empty_text(item, "host").or_else(|| {
        let properties = item.get("properties")?;
        non_empty_text(properties, "fullyQualifiedDomainName")
    });
    Some(ServerCandidate {
        id: non_empty_text(item, "id")?.parse().ok()?,
        location: non_empty_text(item, "location"),
        tier: item.get("sku").and_then(|sku| non_empty_text(sku, "tier")),
        tags: tags.collect(),
        host,
    })
}

fn non_empty_text(item: &Value, name: &str) -> Option<String> {
    let text = item.get(name)?.as_str()?;
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests;
