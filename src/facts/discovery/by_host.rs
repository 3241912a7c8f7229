//! Finds the server with a host name through Resource Graph. If that fails, through the server lists of all visible
//! subscriptions.

use serde_json::Value;

use super::scopes::{SearchScope, arm_question};
use super::{ServerCandidate, list_items, non_empty_text, parse_candidate};
use crate::config::ServerId;
use crate::config::fleet_scope::FleetScope;
use crate::question::{Answer, Answers, Failure, Question};

pub(crate) fn host_question(host: &str) -> Question {
    Question::Graph {
        subscriptions: Vec::new(),
        management_groups: Vec::new(),
        host: Some(host.to_owned()),
    }
}

/// All subscriptions that the signed-in identity can read.
fn visible_subscriptions_question() -> Question {
    arm_question("/subscriptions".to_owned(), "2022-12-01")
}

/// If Resource Graph fails, hosts are searched in all visible subscriptions.
pub(crate) fn next_host_questions(fleet: &FleetScope, answers: &Answers) -> Vec<Question> {
    let has_failed = |h: &String| matches!(answers.get(&host_question(h)), Some(Answer::Failed(_)));
    if !fleet.hosts.iter().any(has_failed) {
        return Vec::new();
    }
    let mut questions = vec![visible_subscriptions_question()];
    let visible = visible_subscriptions(answers).unwrap_or_default();
    questions.extend(
        visible
            .into_iter()
            .map(|id| SearchScope::Subscription(id).question()),
    );
    questions
}

fn visible_subscriptions(answers: &Answers) -> Result<Vec<String>, Failure> {
    let ids = list_items(answers, &visible_subscriptions_question())?.into_iter();
    Ok(ids
        .filter_map(|item| non_empty_text(item, "subscriptionId"))
        .collect())
}

/// The server with this host name.
///
/// # Errors
/// A message for the user who specified the host name.
pub fn server_by_host(host: &str, answers: &Answers) -> Result<ServerId, String> {
    let rows = match list_items(answers, &host_question(host)) {
        Ok(rows) => rows,
        Err(refusal) => list_all_servers(answers).map_err(|other| {
            format!("Azure Resource Graph did not say which server has the host name `{host}` ({refusal}), nor did the lists of servers ({other}); give its resource id")
        })?,
    };
    let has_host = |lead: &ServerCandidate| {
        lead.host
            .as_deref()
            .is_some_and(|h| h.eq_ignore_ascii_case(host))
    };
    let found = rows.into_iter().filter_map(parse_candidate).find(has_host);
    found.map(|lead| lead.id).ok_or_else(|| {
        format!("no server that this identity may see has the host name `{host}`; a new one is not found by name for some minutes: give its resource id")
    })
}

/// Servers of all visible subscriptions. Fails if one of the lists could not be read.
fn list_all_servers(answers: &Answers) -> Result<Vec<&Value>, Failure> {
    let mut all = Vec::new();
    for id in visible_subscriptions(answers)? {
        all.extend(list_items(
            answers,
            &SearchScope::Subscription(id).question(),
        )?);
    }
    Ok(all)
}
