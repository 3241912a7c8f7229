//! Finds the server with a host name through Resource Graph. If that fails, through the server lists of all visible
//! subscriptions.

use serde_json::Value;

use super::places::{Place, arm};
use super::{Lead, items, lead, text};
use crate::plan::ServerId;
use crate::plan::fleet::Fleet;
use crate::question::{Answer, Answers, Question, Refusal};

pub(super) fn of_host(host: &str) -> Question {
    Question::Graph {
        subscriptions: Vec::new(),
        management_groups: Vec::new(),
        host: Some(host.to_owned()),
    }
}

/// All subscriptions that the signed-in identity can read.
fn subscriptions() -> Question {
    arm("/subscriptions".to_owned(), "2022-12-01")
}

/// If Resource Graph fails, hosts are searched in all visible subscriptions.
pub(super) fn next_of_hosts(fleet: &Fleet, answers: &Answers) -> Vec<Question> {
    let is_refused = |h: &String| matches!(answers.get(&of_host(h)), Some(Answer::Refused(_)));
    if !fleet.hosts.iter().any(is_refused) {
        return Vec::new();
    }
    let mut questions = vec![subscriptions()];
    let visible = visible_subscriptions(answers).unwrap_or_default();
    questions.extend(
        visible
            .into_iter()
            .map(|id| Place::Subscription(id).question()),
    );
    questions
}

fn visible_subscriptions(answers: &Answers) -> Result<Vec<String>, Refusal> {
    let ids = items(answers, &subscriptions())?.into_iter();
    Ok(ids
        .filter_map(|item| text(item, "subscriptionId"))
        .collect())
}

/// The server with this host name.
///
/// # Errors
/// A message for the user who specified the host name.
pub fn server_of_host(host: &str, answers: &Answers) -> Result<ServerId, String> {
    let rows = match items(answers, &of_host(host)) {
        Ok(rows) => rows,
        Err(refusal) => listed_everywhere(answers).map_err(|other| {
            format!("Azure Resource Graph did not say which server has the host name `{host}` ({refusal}), nor did the lists of servers ({other}); give its resource id")
        })?,
    };
    let of_host = |lead: &Lead| {
        lead.host
            .as_deref()
            .is_some_and(|h| h.eq_ignore_ascii_case(host))
    };
    let found = rows.into_iter().filter_map(lead).find(of_host);
    found.map(|lead| lead.id).ok_or_else(|| {
        format!("no server that this identity may see has the host name `{host}`; a new one is not found by name for some minutes: give its resource id")
    })
}

/// Servers of all visible subscriptions. Fails if one of the lists could not be read.
fn listed_everywhere(answers: &Answers) -> Result<Vec<&Value>, Refusal> {
    let mut all = Vec::new();
    for id in visible_subscriptions(answers)? {
        all.extend(items(answers, &Place::Subscription(id).question())?);
    }
    Ok(all)
}
