//! `flexready audit` against an endpoint that throttles, fails and hides servers as Azure does.
//! No server is lost, and the number of requests is small.

mod discovery;
mod fleet_output;
mod plan_sources;
mod plans;
mod resume;
mod shards;
mod throttling;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::fleet::{HIGH_AVAILABILITY_EVERY, server};

/// Requests per server: the server, its replicas, parameters, databases, migrations and locks, and the permissions of
/// the signed-in identity.
const REQUESTS_PER_SERVER: usize = 7;

/// The verdict of each migration, by name.
fn verdicts(report: &Value) -> BTreeMap<String, String> {
    let migrations = report["migrations"].as_array().unwrap().iter();
    let text = |m: &Value, key: &str| m[key].as_str().unwrap().to_owned();
    migrations
        .map(|m| (text(m, "name"), text(m, "verdict")))
        .collect()
}

/// The expected verdicts: servers with high availability are not ready, and the others are ready.
fn expected_verdicts(subscriptions: usize, servers: usize) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for subscription in 0..subscriptions {
        for number in 0..servers {
            let verdict = match number % HIGH_AVAILABILITY_EVERY {
                0 => "not_ready",
                _ => "ready",
            };
            all.insert(server(subscription, number), verdict.to_owned());
        }
    }
    all
}

/// One `--subscription` option for each subscription.
fn subscription_args(subscriptions: usize) -> Vec<String> {
    let ids = (0..subscriptions).map(crate::support::fleet::subscription_id);
    ids.flat_map(|id| ["--subscription".to_owned(), id])
        .collect()
}

fn join_args<'a>(first: &[&'a str], more: &'a [String]) -> Vec<&'a str> {
    let mut args = first.to_vec();
    args.extend(more.iter().map(String::as_str));
    args
}
