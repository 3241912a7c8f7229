//! Many servers in several subscriptions behind one ARM endpoint with Azure Resource Graph.
//! Each server is a copy of the healthy target.

use std::collections::HashMap;
use std::path::Path;

use serde_json::{Value, json};

use super::arm::{ArmEndpoint, ReceivedRequest, Reply};

const HEALTHY_SUBSCRIPTION: &str = "11111111-2222-4333-8444-555555555555";
const HEALTHY_SERVER: &str = "orders-target";
const RESOURCE_GRAPH_PATH: &str = "/providers/Microsoft.ResourceGraph/resources";

/// The ID of the `number`-th subscription, starting at 0.
pub fn subscription_id(number: usize) -> String {
    format!("{number:08}-2222-4333-8444-555555555555")
}

/// The name of the `number`-th server of a subscription, starting at 0.
pub fn server(subscription: usize, number: usize) -> String {
    format!("pg-{subscription}-{number:04}")
}

/// Servers whose number is divisible by this have high availability enabled.
pub const HIGH_AVAILABILITY_EVERY: usize = 4;

/// Starts an endpoint with `servers` servers in each of `subscriptions` subscriptions. A Resource Graph page has `page`
/// rows.
pub fn fleet_endpoint(subscriptions: usize, servers: usize, page: usize) -> ArmEndpoint {
    let endpoint = ArmEndpoint::start();
    let world = TargetBodies::load();
    endpoint.route_with(RESOURCE_GRAPH_PATH, move |seen| {
        let asked: Value = serde_json::from_slice(&seen.body).unwrap();
        resource_graph_page(&asked, subscriptions, servers, page)
    });
    endpoint.set_fallback(move |seen| world.reply(seen, subscriptions, servers));
    endpoint
}

/// A Resource Graph page. The skip token is the number of the first row of the next page.
fn resource_graph_page(
    request: &Value,
    subscriptions: usize,
    servers: usize,
    page: usize,
) -> Reply {
    let requested_subscriptions: Vec<&str> = request["subscriptions"]
        .as_array()
        .map(|ids| ids.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let query = request["query"].as_str().unwrap();
    let mut rows = Vec::new();
    for number in 0..subscriptions {
        let id = subscription_id(number);
        if !requested_subscriptions.is_empty() && !requested_subscriptions.contains(&id.as_str()) {
            continue;
        }
        rows.extend((0..servers).map(|s| server_row(&id, &server(number, s))));
    }
    if let Some((_, host)) = query.split_once("fullyQualifiedDomainName =~ '") {
        let host = host.split('\'').next().unwrap();
        rows.retain(|row| row["host"] == host);
    }
    let from: usize = request["options"]["$skipToken"]
        .as_str()
        .map_or(0, |t| t.parse().unwrap());
    let page_rows: Vec<&Value> = rows.iter().skip(from).take(page).collect();
    let mut answer = json!({
        "totalRecords": rows.len(), "count": page_rows.len(), "data": page_rows, "facets": [], "resultTruncated": "false",
    });
    if from + page < rows.len() {
        answer["$skipToken"] = json!((from + page).to_string());
    }
    Reply::json(answer)
}

fn server_row(subscription: &str, name: &str) -> Value {
    json!({
        "id": format!("/subscriptions/{subscription}/resourceGroups/rg-orders-prod/providers/Microsoft.DBforPostgreSQL/flexibleServers/{name}"),
        "name": name,
        "location": "germanywestcentral",
        "sku": {"name": "Standard_D4ds_v5", "tier": "GeneralPurpose"},
        "tags": {"env": if name.ends_with('0') { "test" } else { "prod" }},
        "host": format!("{name}.postgres.database.azure.com"),
    })
}

/// The ARM bodies of the healthy target, by the path after the subscription. The server name in them is
/// `orders-target`.
struct TargetBodies(HashMap<String, String>);

impl TargetBodies {
    fn load() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios/healthy/arm");
        let mut bodies = HashMap::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read(entry.unwrap().path()).unwrap();
            let file: Value = serde_json::from_slice(&text).unwrap();
            let path = file["path"].as_str().unwrap().to_lowercase();
            bodies.insert(
                after_subscription(&path).to_owned(),
                file["body"].to_string(),
            );
        }
        TargetBodies(bodies)
    }

    fn reply(&self, seen: &ReceivedRequest, subscriptions: usize, servers: usize) -> Reply {
        let path = seen.path.to_lowercase();
        let subscription_number = (0..subscriptions).find(|n| path.contains(&subscription_id(*n)));
        let Some(number) = subscription_number else {
            return Reply::error(
                404,
                "SubscriptionNotFound",
                "The subscription could not be found.",
            );
        };
        let id = subscription_id(number);
        if path.ends_with("/flexibleservers") {
            let all: Vec<Value> = (0..servers)
                .map(|s| server_row(&id, &server(number, s)))
                .collect();
            return Reply::json(json!({ "value": all }));
        }
        let name = path.split("/flexibleservers/").nth(1);
        let name = name.map(|rest| rest.split('/').next().unwrap().to_owned());
        let key = match &name {
            Some(name) => after_subscription(&path).replace(name, HEALTHY_SERVER),
            None => after_subscription(&path).to_owned(),
        };
        let Some(body) = self.0.get(&key) else {
            return Reply::not_found();
        };
        let mut body = body.replace(HEALTHY_SUBSCRIPTION, &id);
        if let Some(name) = name {
            body = body.replace(HEALTHY_SERVER, &name);
            let server_number: usize = name.rsplit('-').next().unwrap().parse().unwrap();
            if server_number.is_multiple_of(HIGH_AVAILABILITY_EVERY) {
                body = with_high_availability(&body);
            }
        }
        Reply::text(200, "application/json", body)
    }
}

fn with_high_availability(body: &str) -> String {
    let mut server: Value = serde_json::from_str(body).unwrap();
    if let Some(properties) = server
        .get_mut("properties")
        .filter(|p| p.get("highAvailability").is_some())
    {
        properties["highAvailability"] = json!({"mode": "ZoneRedundant", "state": "Healthy"});
    }
    server.to_string()
}

/// The path after `/subscriptions/<id>`.
fn after_subscription(path: &str) -> &str {
    path.splitn(4, '/').nth(3).unwrap_or_default()
}
