//! Private endpoints of the target: approval status and DNS records.

use azure_mgmt_postgresql::package_flexibleserver_2024_08_01::models;
use serde_json::Value;

use super::body::Body;
use super::{NETWORK_API_VERSION, arm, zone};
use crate::facts::shape::{Shape, items};
use crate::facts::{Fact, Missing};
use crate::plan::{ResourceId, Target};
use crate::question::{Answers, Question};

/// A private endpoint connection, as listed by the server.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Name of the connection. It differs from the name of the endpoint.
    pub name: String,
    pub endpoint: ResourceId,
    /// `Approved`, `Pending`, `Rejected`, `Disconnected`.
    pub status: Fact<String>,
    pub description: Option<String>,
    /// The zone that would contain a manually created record of the server.
    usual_zone: Fact<ResourceId>,
    /// Only for approved connections.
    pub dns: Fact<Dns>,
}

/// Private DNS configuration of a private endpoint.
#[derive(Debug, Clone)]
pub struct Dns {
    /// Private DNS zones that the endpoint's zone groups manage.
    pub zones: Vec<Keeping>,
    /// Without a zone group: whether the default zone in the endpoint's resource group has a record of the server.
    pub record_by_hand: Fact<bool>,
}

/// A zone managed by a zone group, and whether the group created an address record in it.
#[derive(Debug, Clone)]
pub struct Keeping {
    pub zone: zone::Zone,
    pub has_record: bool,
}

/// The default private DNS zone: `privatelink.` followed by the domain of the server's host name, which differs by
/// cloud. <https://learn.microsoft.com/azure/private-link/private-endpoint-dns>
fn usual_zone_name(shape: &Shape<models::Server>) -> Fact<String> {
    let path = "properties.fullyQualifiedDomainName";
    let host = shape.required(path)?;
    let suffix = host.split_once('.').map(|(_, suffix)| suffix);
    let suffix = suffix.ok_or_else(|| shape.absent(&format!("{path} with a domain")))?;
    Ok(format!(
        "privatelink.{}",
        suffix.trim_end_matches('.').to_ascii_lowercase()
    ))
}

impl Connection {
    pub fn has_status(&self, status: &str) -> Fact<bool> {
        let own = self.status.as_ref().map_err(Clone::clone)?;
        Ok(own.eq_ignore_ascii_case(status))
    }
}

fn groups_question(endpoint: &ResourceId) -> Question {
    let path = format!("{}/privateDnsZoneGroups", endpoint.path());
    arm(path, NETWORK_API_VERSION)
}

/// The default zone in the endpoint's resource group, the most common location of a manually created zone.
fn usual_zone(endpoint: &ResourceId, name: &str) -> Fact<ResourceId> {
    let path = format!(
        "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.Network/privateDnsZones/{name}",
        endpoint.subscription(),
        endpoint.resource_group()
    );
    path.parse()
        .map_err(|_| Missing::unreadable(&groups_question(endpoint), "the endpoint's id is odd"))
}

/// DNS questions for approved connections. If a runtime server is specified, also the virtual network links of the
/// zones.
pub(super) fn questions(
    connections: &[Connection],
    target: &Target,
    has_runtime: bool,
    answers: &Answers,
) -> Vec<Question> {
    let mut questions = Vec::new();
    for connection in connections {
        if !matches!(connection.has_status("Approved"), Ok(true)) {
            continue;
        }
        questions.push(groups_question(&connection.endpoint));
        match keepings(&connection.endpoint, answers) {
            Ok(kept) if kept.is_empty() => {
                let zone = connection.usual_zone.as_ref().ok();
                questions.extend(zone.map(|z| zone::record_question(z, &target.id.name)));
            }
            Ok(kept) if has_runtime => {
                questions.extend(kept.iter().map(|k| zone::links_question(&k.zone.id)));
            }
            _ => {}
        }
    }
    questions
}

/// The connections in the server's answer. An absent list does not mean that there are none: older public servers do
/// not have the key.
pub(super) fn read(
    shape: &Shape<models::Server>,
    question: &Question,
    target: &Target,
    answers: &Answers,
) -> Fact<Vec<Connection>> {
    let path = "properties.privateEndpointConnections";
    let Some(Value::Array(all)) = shape.value(path) else {
        return Err(shape.absent(path));
    };
    let zone = usual_zone_name(shape);
    all.iter()
        .map(|item| connection(&Body::item(item, question)?, &zone, target, answers))
        .collect()
}

fn connection(
    body: &Body,
    zone: &Fact<String>,
    target: &Target,
    answers: &Answers,
) -> Fact<Connection> {
    let state = "properties.privateLinkServiceConnectionState";
    let endpoint = body.required_id("properties.privateEndpoint.id")?;
    let status = body.required(&format!("{state}.status"));
    let zone = zone.as_ref().map_err(Clone::clone);
    let usual_zone = zone.and_then(|name| usual_zone(&endpoint, name));
    Ok(Connection {
        name: body.required("name")?,
        description: body.text(&format!("{state}.description")).ok().flatten(),
        dns: dns(&endpoint, &usual_zone, target, answers),
        usual_zone,
        status: status.and_then(|s| known(s, body)),
        endpoint,
    })
}

fn known(status: String, body: &Body) -> Fact<String> {
    let all = ["Approved", "Pending", "Rejected", "Disconnected"];
    if all.iter().any(|k| k.eq_ignore_ascii_case(&status)) {
        return Ok(status);
    }
    Err(body.missing(format!(
        "a private endpoint's status is `{status}`, which is not known here"
    )))
}

fn dns(
    endpoint: &ResourceId,
    usual_zone: &Fact<ResourceId>,
    target: &Target,
    answers: &Answers,
) -> Fact<Dns> {
    let zones = keepings(endpoint, answers)?;
    let record_by_hand = match usual_zone {
        _ if !zones.is_empty() => Ok(false),
        Ok(zone) => zone::has_record(zone, &target.id.name, answers),
        Err(missing) => Err(missing.clone()),
    };
    Ok(Dns {
        zones,
        record_by_hand,
    })
}

/// The zones of all zone groups of an endpoint.
fn keepings(endpoint: &ResourceId, answers: &Answers) -> Fact<Vec<Keeping>> {
    let question = groups_question(endpoint);
    let mut all = Vec::new();
    for group in items(answers, &question)? {
        let group = Body::item(group, &question)?;
        for config in group.list("properties.privateDnsZoneConfigs")? {
            let id = config.required_id("properties.privateDnsZoneId")?;
            all.push(Keeping {
                has_record: has_address(&config)?,
                zone: zone::read(&id, answers),
            });
        }
    }
    Ok(all)
}

fn has_address(config: &Body) -> Fact<bool> {
    if config.count("properties.recordSets")? == 0 {
        return Ok(false);
    }
    for record in config.list("properties.recordSets")? {
        let is_address = record.required("recordType")?.eq_ignore_ascii_case("A");
        if is_address && record.count("ipAddresses")? > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}
