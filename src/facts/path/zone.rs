//! Private DNS zones: linked virtual networks, and address records of a server.

use super::body::Body;
use super::{DNS_API_VERSION, arm};
use crate::facts::Fact;
use crate::facts::shape::items;
use crate::plan::ResourceId;
use crate::question::{Answer, Answers, Question, RefusalKind};

/// A private DNS zone.
#[derive(Debug, Clone)]
pub struct Zone {
    pub id: ResourceId,
    /// `None`: the zone does not exist.
    pub links: Fact<Option<Vec<Link>>>,
}

/// A link of a zone to a virtual network.
#[derive(Debug, Clone)]
pub struct Link {
    pub name: String,
    pub network: ResourceId,
    /// `InProgress` or `Completed`.
    pub state: Fact<String>,
}

/// GET of the links of a zone. Also returns 404 if the zone does not exist.
pub fn links_question(zone: &ResourceId) -> Question {
    arm(
        format!("{}/virtualNetworkLinks", zone.path()),
        DNS_API_VERSION,
    )
}

pub fn read(id: &ResourceId, answers: &Answers) -> Zone {
    Zone {
        id: id.clone(),
        links: links(id, answers),
    }
}

fn links(zone: &ResourceId, answers: &Answers) -> Fact<Option<Vec<Link>>> {
    let question = links_question(zone);
    if is_absent(answers, &question) {
        return Ok(None);
    }
    let all = items(answers, &question)?;
    let links = all.iter().map(|item| link(item, &question));
    links.collect::<Fact<_>>().map(Some)
}

fn link(item: &serde_json::Value, question: &Question) -> Fact<Link> {
    let body = Body::item(item, question)?;
    let state = body.required("properties.virtualNetworkLinkState");
    Ok(Link {
        name: body.required("name")?,
        network: body.required_id("properties.virtualNetwork.id")?,
        state: state.and_then(|s| known_state(s, &body)),
    })
}

fn known_state(state: String, body: &Body) -> Fact<String> {
    if ["InProgress", "Completed"]
        .iter()
        .any(|k| k.eq_ignore_ascii_case(&state))
    {
        return Ok(state);
    }
    Err(body.missing(format!(
        "`virtualNetworkLinkState` is `{state}`, which is not known here"
    )))
}

/// GET of the address record of a server in a zone.
pub fn record_question(zone: &ResourceId, server: &str) -> Question {
    arm(format!("{}/A/{server}", zone.path()), DNS_API_VERSION)
}

/// Whether the zone has an address record of this name.
pub fn has_record(zone: &ResourceId, server: &str, answers: &Answers) -> Fact<bool> {
    let question = record_question(zone, server);
    if is_absent(answers, &question) {
        return Ok(false);
    }
    let body = Body::resource(answers, &question)?;
    Ok(body.count("properties.aRecords")? > 0)
}

fn is_absent(answers: &Answers, question: &Question) -> bool {
    matches!(answers.get(question), Some(Answer::Refused(r)) if r.kind == RefusalKind::NotFound)
}
