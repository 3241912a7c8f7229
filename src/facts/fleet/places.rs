//! Scopes to search for servers: the questions for each scope, and the subscriptions below a management group.

use serde_json::Value;

use super::{items, text};
use crate::plan::fleet::{Fleet, ResourceGroup};
use crate::plan::{API_VERSION, ServerId};
use crate::question::{Answers, Question, Refusal};

/// Maximum number of subscriptions in one Resource Graph query.
const SUBSCRIPTIONS_A_QUERY: usize = 1_000;

impl Fleet {
    /// Whether querying these scopes again also covers an unread `scope`.
    pub fn covers(&self, place: &str, answers: &Answers) -> bool {
        let lower = place.to_lowercase();
        let groups = self.management_groups.iter();
        let mut groups = groups.map(|g| of_group(g).to_lowercase());
        let mut paths = places(self, answers)
            .into_iter()
            .map(|p| p.path().to_lowercase());
        groups.any(|group| group == lower)
            || paths.any(|path| lower == path || lower.starts_with(&format!("{path}/")))
    }
}

/// Display name of a management group.
pub(super) fn of_group(group: &str) -> String {
    format!("management group {group}")
}

/// A scope to search, with one ARM list each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Subscription(String),
    Group(ResourceGroup),
}

impl Place {
    pub(super) fn path(&self) -> String {
        match self {
            Place::Subscription(id) => format!("/subscriptions/{id}"),
            Place::Group(group) => group.to_string(),
        }
    }

    pub(super) fn question(&self) -> Question {
        let path = format!(
            "{}/providers/Microsoft.DBforPostgreSQL/flexibleServers",
            self.path()
        );
        arm(path, API_VERSION)
    }

    pub(super) fn holds(&self, id: &ServerId) -> bool {
        let below = format!("{}/", self.path()).to_lowercase();
        id.path().to_lowercase().starts_with(&below)
    }
}

pub(super) fn arm(path: String, api_version: &str) -> Question {
    Question::Arm {
        path,
        api_version: api_version.to_owned(),
        filter: None,
    }
}

pub(super) fn descendants(group: &str) -> Question {
    let path = format!("/providers/Microsoft.Management/managementGroups/{group}/descendants");
    arm(path, "2020-05-01")
}

/// Resource Graph queries for the requested scopes.
pub(super) fn queries(fleet: &Fleet) -> Vec<Question> {
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
        .chunks(SUBSCRIPTIONS_A_QUERY)
        .map(|chunk| graph(chunk, &[]));
    let groups = fleet.management_groups.iter();
    chunks
        .chain(groups.map(|g| graph(&[], std::slice::from_ref(g))))
        .collect()
}

pub(super) fn is_about(question: &Question, group: &str) -> bool {
    matches!(question, Question::Graph { management_groups, .. } if management_groups.iter().any(|g| g == group))
}

pub(super) fn places(fleet: &Fleet, answers: &Answers) -> Vec<Place> {
    let named = fleet.subscriptions.iter().cloned();
    let below = fleet.management_groups.iter();
    let below = below.flat_map(|group| subscriptions_below(group, answers).unwrap_or_default());
    let mut ids: Vec<String> = named.chain(below).map(|s| s.to_lowercase()).collect();
    ids.sort();
    ids.dedup();
    let groups = fleet.resource_groups.iter().cloned().map(Place::Group);
    ids.into_iter()
        .map(Place::Subscription)
        .chain(groups)
        .collect()
}

pub(super) fn subscriptions_below(group: &str, answers: &Answers) -> Result<Vec<String>, Refusal> {
    let items = items(answers, &descendants(group))?.into_iter();
    let of_subscription = |item: &&Value| {
        let kind = text(item, "type").unwrap_or_default().to_lowercase();
        kind.ends_with("/subscriptions")
    };
    Ok(items
        .filter(of_subscription)
        .filter_map(|item| text(item, "name"))
        .collect())
}
