//! Planned maintenance of the target. The call exists since API version 2026-04-01-preview.

use serde_json::Value;
use time::OffsetDateTime;

use super::below;
use crate::facts::Fact;
use crate::facts::server::Server;
use crate::facts::shape::{Shape, items};
use crate::plan::Target;
use crate::question::{Answers, Question};

const SINCE: &str = "2026-04-01";

/// Planned maintenance, if the API version supports the call.
#[derive(Debug, Clone)]
pub enum Maintenance {
    Events(Vec<Event>),
    /// This API version does not support the call.
    NotOffered(String),
}

/// One planned or running maintenance event.
#[derive(Debug, Clone)]
pub struct Event {
    pub name: String,
    /// `Planned`, `Rescheduled`, `InProgress`, `Complete`, `Canceled`.
    pub status: String,
    pub start: Fact<OffsetDateTime>,
    pub end: Option<OffsetDateTime>,
    pub deferrable: bool,
}

/// `None` for an API version without the call.
pub fn question(target: &Target) -> Option<Question> {
    (target.api_version.as_str() >= SINCE).then(|| below(target, "maintenanceEvents"))
}

pub fn read(target: &Target, server: &Fact<Server>, answers: &Answers) -> Fact<Maintenance> {
    let answered = match server {
        Ok(server) => &server.answered_version,
        Err(_) => &target.api_version,
    };
    let question = match question(target) {
        Some(question) if answered.as_str() >= SINCE => question,
        _ => return Ok(Maintenance::NotOffered(answered.clone())),
    };
    let events: Fact<Vec<Event>> = items(answers, &question)?
        .iter()
        .map(|item| event(item, &question))
        .collect();
    events.map(Maintenance::Events)
}

fn event(item: &Value, question: &Question) -> Fact<Event> {
    let shape = Shape::<Value>::item(item, question, &[])?;
    let start = shape
        .moment("properties.startTime")
        .and_then(|start| start.ok_or_else(|| shape.absent("properties.startTime")));
    // An unreadable end could be in the past or in the future, so the start is missing too.
    let end = shape.moment("properties.endTime");
    let start = start.and_then(|start| end.clone().map(|_| start));
    Ok(Event {
        name: shape.required("name")?,
        status: shape.required("properties.status")?,
        start,
        end: end.unwrap_or(None),
        deferrable: item.pointer("/properties/deferrable") == Some(&Value::Bool(true)),
    })
}
