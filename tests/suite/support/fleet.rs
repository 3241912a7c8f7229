//! Many servers in several subscriptions behind one ARM endpoint with Azure Resource Graph.
//! Each server is a copy of the healthy target.

use std::collections::HashMap;
use std::path::Path;

use serde_json::{Value, json};

use super::arm::{ArmEndpoint, Reply, Seen};

const SUBSCRIPTION: &str = "11111111-2222-4333-8444-555555555555";
const SERVER: &str = "orders-target";
const GRAPH: &str = "/providers/Microsoft.ResourceGraph/resources";

/// The ID of the `number`-th subscription, starting at 0.
pub fn subscription(number: usize) -> String {
    format!("{number:08}-2222-4333-8444-555555555555")
}

/// The name of the `number`-th server of a subscription, starting at 0.
pub fn server(subscription: usize, number: usize) -> String {
    format!("pg-{subscription}-{number:04}")
}

/// Servers whose number is divisible by this have high availability enabled.
pub const STANDBY_EVERY: usize = 4;

/// Starts an endpoint with `servers` servers in each of `subscriptions` subscriptions. A Resource Graph page has `page`
/// rows.
pub fn endpoint(subscriptions: usize, servers: usize, page: usize) -> ArmEndpoint {
    let endpoint = ArmEndpoint::start();
    let world = World::read();
    endpoint.route_with(GRAPH, move |seen| {
        let asked: Value = serde_json::from_slice(&seen.body).unwrap();
        graph(&asked, subscriptions, servers, page)
    });
    endpoint.otherwise(move |seen| world.reply(seen, subscriptions, servers));
    endpoint
}

/// A Resource Graph page. The skip token is the number of the first row of the next page.
fn graph(asked: &Value, subscriptions: usize, servers: usize, page: usize) -> Reply {
    let within: Vec<&str> = asked["subscriptions"]
        .as_array()
        .map(|ids| ids.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let query = asked["query"].as_str().unwrap();
    let mut rows = Vec::new();
    for number in 0..subscriptions {
        let id = subscription(number);
        if !within.is_empty() && !within.contains(&id.as_str()) {
            continue;
        }
        rows.extend((0..servers).map(|s| row(&id, &server(number, s))));
    }
    if let Some((_, host)) = query.split_once("fullyQualifiedDomainName =~ '") {
        let host = host.split('\'').next().unwrap();
        rows.retain(|row| row["host"] == host);
    }
    let from: usize = asked["options"]["$skipToken"]
        .as_str()
        .map_or(0, |t| t.parse().unwrap());
    let shown: Vec<&Value> = rows.iter().skip(from).take(page).collect();
    let mut answer = json!({
        "totalRecords": rows.len(), "count": shown.len(), "data": shown, "facets": [], "resultTruncated": "false",
    });
    if from + page < rows.len() {
        answer["$skipToken"] = json!((from + page).to_string());
    }
    Reply::json(answer)
}

fn row(subscription: &str, name: &str) -> Value {
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
struct World(HashMap<String, String>);

impl World {
    fn read() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/worlds/healthy/arm");
        let mut bodies = HashMap::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read(entry.unwrap().path()).unwrap();
            let file: Value = serde_json::from_slice(&text).unwrap();
            let path = file["path"].as_str().unwrap().to_lowercase();
            bodies.insert(below(&path).to_owned(), file["body"].to_string());
        }
        World(bodies)
    }

    fn reply(&self, seen: &Seen, subscriptions: usize, servers: usize) -> Reply {
        let path = seen.path.to_lowercase();
        let known = (0..subscriptions).find(|n| path.contains(&subscription(*n)));
        let Some(number) = known else {
            return Reply::error(
                404,
                "SubscriptionNotFound",
                "The subscription could not be found.",
            );
        };
        let id = subscription(number);
        if path.ends_with("/flexibleservers") {
            let all: Vec<Value> = (0..servers).map(|s| row(&id, &server(number, s))).collect();
            return Reply::json(json!({ "value": all }));
        }
        let name = path.split("/flexibleservers/").nth(1);
        let name = name.map(|rest| rest.split('/').next().unwrap().to_owned());
        let key = match &name {
            Some(name) => below(&path).replace(name, SERVER),
            None => below(&path).to_owned(),
        };
        let Some(body) = self.0.get(&key) else {
            return Reply::not_found();
        };
        let mut body = body.replace(SUBSCRIPTION, &id);
        if let Some(name) = name {
            body = body.replace(SERVER, &name);
            let own: usize = name.rsplit('-').next().unwrap().parse().unwrap();
            if own.is_multiple_of(STANDBY_EVERY) {
                body = with_standby(&body);
            }
        }
        Reply::text(200, "application/json", body)
    }
}

fn with_standby(body: &str) -> String {
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
fn below(path: &str) -> &str {
    path.splitn(4, '/').nth(3).unwrap_or_default()
}
