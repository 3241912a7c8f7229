//! Private DNS zones: linked virtual networks, and address records of a server.

use super::resource_reader::ResourceReader;
use super::{DNS_API_VERSION, arm_question};
use crate::config::ResourceId;
use crate::facts::Fact;
use crate::facts::arm_reader::list_items;
use crate::question::{Answer, Answers, FailureKind, Question};

/// A private DNS zone.
#[derive(Debug, Clone)]
pub struct PrivateDnsZone {
    pub id: ResourceId,
    /// `None`: the zone does not exist.
    pub links: Fact<Option<Vec<ZoneLink>>>,
}

/// A link of a zone to a virtual network.
#[derive(Debug, Clone)]
pub struct ZoneLink {
    pub name: String,
    pub vnet_id: ResourceId,
    /// `InProgress` or `Completed`.
    pub state: Fact<String>,
}

/// GET of the links of a zone. Also returns 404 if the zone does not exist.
pub fn links_question(zone: &ResourceId) -> Question {
    arm_question(
        format!("{}/virtualNetworkLinks", zone.path()),
        DNS_API_VERSION,
    )
}

pub fn read(id: &ResourceId, answers: &Answers) -> PrivateDnsZone {
    PrivateDnsZone {
        id: id.clone(),
        links: read_links(id, answers),
    }
}

fn read_links(zone: &ResourceId, answers: &Answers) -> Fact<Option<Vec<ZoneLink>>> {
    let question = links_question(zone);
    if is_absent(answers, &question) {
        return Ok(None);
    }
    let all = list_items(answers, &question)?;
    let links = all.iter().map(|item| zone_link(item, &question));
    links.collect::<Fact<_>>().map(Some)
}

fn zone_link(item: &serde_json::Value, question: &Question) -> Fact<ZoneLink> {
    let body = ResourceReader::item(item, question)?;
    let state = body.required("properties.virtualNetworkLinkState");
    Ok(ZoneLink {
        name: body.required("name")?,
        vnet_id: body.required_id("properties.virtualNetwork.id")?,
        state: state.and_then(|s| known_state(s, &body)),
    })
}

fn known_state(state: String, body: &ResourceReader) -> Fact<String> {
    if ["InProgress", "Completed"]
        .iter()
        .any(|k| k.eq_ignore_ascii_case(&state))
    {
        return Ok(state);
    }
    Err(body.unreadable(format!(
        "`virtualNetworkLinkState` is `{state}`, which is not known here"
    )))
}

/// GET of the address record of a server in a zone.
pub fn record_question(zone: &ResourceId, server: &str) -> Question {
    arm_question(format!("{}/A/{server}", zone.path()), DNS_API_VERSION)
}

/// Whether the zone has an address record of this name.
pub fn has_record(zone: &ResourceId, server: &str, answers: &Answers) -> Fact<bool> {
    let question = record_question(zone, server);
    if is_absent(answers, &question) {
        return Ok(false);
    }
    let body = ResourceReader::resource(answers, &question)?;
    Ok(body.count("properties.aRecords")? > 0)
}

fn is_absent(answers: &Answers, question: &Question) -> bool {
    matches!(answers.get(question), Some(Answer::Failed(r)) if r.kind == FailureKind::NotFound)
}
