//! Planned maintenance of the target. The call exists since API version 2026-04-01-preview.

use serde_json::Value;
use time::OffsetDateTime;

use super::child_question;
use crate::config::TargetServer;
use crate::facts::Fact;
use crate::facts::arm_reader::{ArmReader, list_items};
use crate::facts::target::server::Server;
use crate::question::{Answers, Question};

const MAINTENANCE_EVENTS_SINCE: &str = "2026-04-01";

/// Planned maintenance, if the API version supports the call.
#[derive(Debug, Clone)]
pub enum PlannedMaintenance {
    Events(Vec<MaintenanceEvent>),
    /// This API version does not support the call.
    Unsupported(String),
}

/// One planned or running maintenance event.
#[derive(Debug, Clone)]
pub struct MaintenanceEvent {
    pub name: String,
    /// `Planned`, `Rescheduled`, `InProgress`, `Complete`, `Canceled`.
    pub status: String,
    pub start: Fact<OffsetDateTime>,
    pub end: Option<OffsetDateTime>,
    pub is_deferrable: bool,
}

/// `None` for an API version without the call.
pub fn question(target: &TargetServer) -> Option<Question> {
    (target.api_version.as_str() >= MAINTENANCE_EVENTS_SINCE)
        .then(|| child_question(target, "maintenanceEvents"))
}

pub fn read(
    target: &TargetServer,
    server: &Fact<Server>,
    answers: &Answers,
) -> Fact<PlannedMaintenance> {
    let answered = match server {
        Ok(server) => &server.answered_api_version,
        Err(_) => &target.api_version,
    };
    let question = match question(target) {
        Some(question) if answered.as_str() >= MAINTENANCE_EVENTS_SINCE => question,
        _ => return Ok(PlannedMaintenance::Unsupported(answered.clone())),
    };
    let events: Fact<Vec<MaintenanceEvent>> = list_items(answers, &question)?
        .iter()
        .map(|item| maintenance_event(item, &question))
        .collect();
    events.map(PlannedMaintenance::Events)
}

fn maintenance_event(item: &Value, question: &Question) -> Fact<MaintenanceEvent> {
    let shape = ArmReader::<Value>::item(item, question, &[])?;
    let start = shape
        .time("properties.startTime")
        .and_then(|start| start.ok_or_else(|| shape.absent("properties.startTime")));
    // An unreadable end could be in the past or in the future, so the start is missing too.
    let end = shape.time("properties.endTime");
    let start = start.and_then(|start| end.clone().map(|_| start));
    Ok(MaintenanceEvent {
        name: shape.required("name")?,
        status: shape.required("properties.status")?,
        start,
        end: end.unwrap_or(None),
        is_deferrable: item.pointer("/properties/deferrable") == Some(&Value::Bool(true)),
    })
}
