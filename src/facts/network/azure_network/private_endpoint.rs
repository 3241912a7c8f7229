//! Private endpoints of the target: approval status and DNS records.

use azure_mgmt_postgresql::package_flexibleserver_2024_08_01::models;
use serde_json::Value;

use super::resource_reader::ResourceReader;
use super::{NETWORK_API_VERSION, arm_question, private_dns};
use crate::config::{ResourceId, TargetServer};
use crate::facts::arm_reader::{ArmReader, list_items};
use crate::facts::{Fact, Missing};
use crate::question::{Answers, Question};

/// A private endpoint connection, as listed by the server.
#[derive(Debug, Clone)]
pub struct EndpointConnection {
    /// Name of the connection. It differs from the name of the endpoint.
    pub name: String,
    pub endpoint: ResourceId,
    /// `Approved`, `Pending`, `Rejected`, `Disconnected`.
    pub status: Fact<String>,
    pub description: Option<String>,
    /// The zone that would contain a manually created record of the server.
    default_zone: Fact<ResourceId>,
    /// Only for approved connections.
    pub dns: Fact<EndpointDns>,
}

/// Private DNS configuration of a private endpoint.
#[derive(Debug, Clone)]
pub struct EndpointDns {
    /// Private DNS zones that the endpoint's zone groups manage.
    pub zone_records: Vec<ZoneRecord>,
    /// Without a zone group: whether the default zone in the endpoint's resource group has a record of the server.
    pub has_manual_record: Fact<bool>,
}

/// A zone managed by a zone group, and whether the group created an address record in it.
#[derive(Debug, Clone)]
pub struct ZoneRecord {
    pub zone: private_dns::PrivateDnsZone,
    pub has_record: bool,
}

/// The default private DNS zone: `privatelink.` followed by the domain of the server's host name, which differs by
/// cloud. <https://learn.microsoft.com/azure/private-link/private-endpoint-dns>
fn default_zone_name(shape: &ArmReader<models::Server>) -> Fact<String> {
    let path = "properties.fullyQualifiedDomainName";
    let host = shape.required(path)?;
    let suffix = host.split_once('.').map(|(_, suffix)| suffix);
    let suffix = suffix.ok_or_else(|| shape.absent(&format!("{path} with a domain")))?;
    Ok(format!(
        "privatelink.{}",
        suffix.trim_end_matches('.').to_ascii_lowercase()
    ))
}

impl EndpointConnection {
    pub fn has_status(&self, status: &str) -> Fact<bool> {
        let actual = self.status.as_ref()?;
        Ok(actual.eq_ignore_ascii_case(status))
    }
}

fn zone_groups_question(endpoint: &ResourceId) -> Question {
    let path = format!("{}/privateDnsZoneGroups", endpoint.path());
    arm_question(path, NETWORK_API_VERSION)
}

/// The default zone in the endpoint's resource group, the most common location of a manually created zone.
fn default_zone_id(endpoint: &ResourceId, name: &str) -> Fact<ResourceId> {
    let path = format!(
        "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.Network/privateDnsZones/{name}",
        endpoint.subscription(),
        endpoint.resource_group()
    );
    path.parse().map_err(|_| {
        Missing::unreadable(&zone_groups_question(endpoint), "the endpoint's id is odd")
    })
}

/// DNS questions for approved connections. If a runtime server is specified, also the virtual network links of the
/// zones.
pub(crate) fn questions(
    connections: &[EndpointConnection],
    target: &TargetServer,
    has_runtime: bool,
    answers: &Answers,
) -> Vec<Question> {
    let mut questions = Vec::new();
    for connection in connections {
        if !matches!(connection.has_status("Approved"), Ok(true)) {
            continue;
        }
        questions.push(zone_groups_question(&connection.endpoint));
        match zone_records(&connection.endpoint, answers) {
            Ok(records) if records.is_empty() => {
                let zone = connection.default_zone.as_ref().ok();
                questions.extend(zone.map(|z| private_dns::record_question(z, &target.id.name)));
            }
            Ok(kept) if has_runtime => {
                questions.extend(kept.iter().map(|k| private_dns::links_question(&k.zone.id)));
            }
            _ => {}
        }
    }
    questions
}

/// The connections in the server's answer. An absent list does not mean that there are none: older public servers do
/// not have the key.
pub(crate) fn read(
    shape: &ArmReader<models::Server>,
    question: &Question,
    target: &TargetServer,
    answers: &Answers,
) -> Fact<Vec<EndpointConnection>> {
    let path = "properties.privateEndpointConnections";
    let Some(Value::Array(all)) = shape.value(path) else {
        return Err(shape.absent(path));
    };
    let zone = default_zone_name(shape);
    all.iter()
        .map(|item| {
            endpoint_connection(
                &ResourceReader::item(item, question)?,
                &zone,
                target,
                answers,
            )
        })
        .collect()
}

fn endpoint_connection(
    body: &ResourceReader,
    zone: &Fact<String>,
    target: &TargetServer,
    answers: &Answers,
) -> Fact<EndpointConnection> {
    let state = "properties.privateLinkServiceConnectionState";
    let endpoint = body.required_id("properties.privateEndpoint.id")?;
    let status = body.required(&format!("{state}.status"));
    let zone = zone.as_ref().map_err(Clone::clone);
    let usual_zone = zone.and_then(|name| default_zone_id(&endpoint, name));
    Ok(EndpointConnection {
        name: body.required("name")?,
        description: body.text(&format!("{state}.description")).ok().flatten(),
        dns: endpoint_dns(&endpoint, &usual_zone, target, answers),
        default_zone: usual_zone,
        status: status.and_then(|s| known_status(s, body)),
        endpoint,
    })
}

fn known_status(status: String, body: &ResourceReader) -> Fact<String> {
    let all = ["Approved", "Pending", "Rejected", "Disconnected"];
    if all.iter().any(|k| k.eq_ignore_ascii_case(&status)) {
        return Ok(status);
    }
    Err(body.unreadable(format!(
        "a private endpoint's status is `{status}`, which is not known here"
    )))
}

fn endpoint_dns(
    endpoint: &ResourceId,
    usual_zone: &Fact<ResourceId>,
    target: &TargetServer,
    answers: &Answers,
) -> Fact<EndpointDns> {
    let zones = zone_records(endpoint, answers)?;
    let record_by_hand = match usual_zone {
        _ if !zones.is_empty() => Ok(false),
        Ok(zone) => private_dns::has_record(zone, &target.id.name, answers),
        Err(missing) => Err(missing.clone()),
    };
    Ok(EndpointDns {
        zone_records: zones,
        has_manual_record: record_by_hand,
    })
}

/// The zones of all zone groups of an endpoint.
fn zone_records(endpoint: &ResourceId, answers: &Answers) -> Fact<Vec<ZoneRecord>> {
    let question = zone_groups_question(endpoint);
    let mut all = Vec::new();
    for group in list_items(answers, &question)? {
        let group = ResourceReader::item(group, &question)?;
        for config in group.required_list("properties.privateDnsZoneConfigs")? {
            let id = config.required_id("properties.privateDnsZoneId")?;
            all.push(ZoneRecord {
                has_record: has_address_record(&config)?,
                zone: private_dns::read(&id, answers),
            });
        }
    }
    Ok(all)
}

fn has_address_record(config: &ResourceReader) -> Fact<bool> {
    if config.count("properties.recordSets")? == 0 {
        return Ok(false);
    }
    for record in config.required_list("properties.recordSets")? {
        let is_address = record.required("recordType")?.eq_ignore_ascii_case("A");
        if is_address && record.count("ipAddresses")? > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}
