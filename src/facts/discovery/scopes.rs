//! Scopes to search for servers: the questions for each scope, and the subscriptions below a management group.

use serde_json::Value;

use super::{list_items, non_empty_text};
use crate::config::fleet_scope::{FleetScope, ResourceGroup};
use crate::config::{DEFAULT_API_VERSION, ServerId};
use crate::question::{Answers, Failure, Question};

/// Maximum number of subscriptions in one Resource Graph query.
const MAX_SUBSCRIPTIONS_PER_QUERY: usize = 1_000;

impl FleetScope {
    /// Whether querying these scopes again also covers an unread `scope`.
    pub fn covers(&self, scope: &str, answers: &Answers) -> bool {
        let lower = scope.to_lowercase();
        let groups = self.management_groups.iter();
        let mut groups = groups.map(|g| management_group_label(g).to_lowercase());
        let mut paths = search_scopes(self, answers)
            .into_iter()
            .map(|p| p.path().to_lowercase());
        groups.any(|group| group == lower)
            || paths.any(|path| lower == path || lower.starts_with(&format!("{path}/")))
    }
}

/// Display name of a management group.
pub(crate) fn management_group_label(group: &str) -> String {
    format!("management group {group}")
}

/// A scope to search, with one ARM list each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SearchScope {
    Subscription(String),
    ResourceGroup(ResourceGroup),
}

impl SearchScope {
    pub(crate) fn path(&self) -> String {
        match self {
            SearchScope::Subscription(id) => format!("/subscriptions/{id}"),
            SearchScope::ResourceGroup(group) => group.to_string(),
        }
    }

    pub(crate) fn question(&self) -> Question {
        let path = format!(
            "{}/providers/Microsoft.DBforPostgreSQL/flexibleServers",
            self.path()
        );
        arm_question(path, DEFAULT_API_VERSION)
    }

    pub(crate) fn contains(&self, id: &ServerId) -> bool {
        let below = format!("{}/", self.path()).to_lowercase();
        id.path().to_lowercase().starts_with(&below)
    }
}

pub(crate) fn arm_question(path: String, api_version: &str) -> Question {
    Question::Arm {
        path,
        api_version: api_version.to_owned(),
        filter: None,
    }
}

pub(crate) fn descendants_question(group: &str) -> Question {
    let path = format!("/providers/Microsoft.Management/managementGroups/{group}/descendants");
    arm_question(path, "2020-05-01")
}

/// Resource Graph queries for the requested scopes.
pub(crate) fn graph_questions(fleet: &FleetScope) -> Vec<Question> {
    let groups = fleet.resource_groups.iter().map(|g| &g.subscription);
    let mut all: Vec<String> = fleet.subscriptions.iter().chain(groups).cloned().collect();
    all.iter_mut().for_each(|s| s.make_ascii_lowercase());
    all.sort();
    all.dedup();
    let graph = |subscriptions: &[String], management_groups: &[String]| Question::Graph {
        subscriptions: subscriptions.to_vec(),
        management_groups: management_groups.to_vec(),
        host: None,
    };
    let chunks = all
        .chunks(MAX_SUBSCRIPTIONS_PER_QUERY)
        .map(|chunk| graph(chunk, &[]));
    let groups = fleet.management_groups.iter();
    chunks
        .chain(groups.map(|g| graph(&[], std::slice::from_ref(g))))
        .collect()
}

pub(crate) fn is_about_management_group(question: &Question, group: &str) -> bool {
    matches!(question, Question::Graph { management_groups, .. } if management_groups.iter().any(|g| g == group))
}

pub(crate) fn search_scopes(fleet: &FleetScope, answers: &Answers) -> Vec<SearchScope> {
    let named = fleet.subscriptions.iter().cloned();
    let below = fleet.management_groups.iter();
    let below = below.flat_map(|group| subscriptions_below(group, answers).unwrap_or_default());
    let mut ids: Vec<String> = named.chain(below).map(|s| s.to_lowercase()).collect();
    ids.sort();
    ids.dedup();
    let groups = fleet
        .resource_groups
        .iter()
        .cloned()
        .map(SearchScope::ResourceGroup);
    ids.into_iter()
        .map(SearchScope::Subscription)
        .chain(groups)
        .collect()
}

pub(crate) fn subscriptions_below(group: &str, answers: &Answers) -> Result<Vec<String>, Failure> {
    let items = list_items(answers, &descendants_question(group))?.into_iter();
    let is_subscription = |item: &&Value| {
        let kind = non_empty_text(item, "type")
            .unwrap_or_default()
            .to_lowercase();
        kind.ends_with("/subscriptions")
    };
    Ok(items
        .filter(is_subscription)
        .filter_map(|item| non_empty_text(item, "name"))
        .collect())
}
