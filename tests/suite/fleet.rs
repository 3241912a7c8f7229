//! `flexready audit` against an endpoint that throttles, fails and hides as Azure does: nothing is lost, and little is asked.

mod discovery;
mod pace;
mod parts;
mod plans;
mod resume;
mod sources;
mod whole;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::fleet::{STANDBY_EVERY, server};

/// The requests for a server itself: the server, its replicas, parameters, databases and migrations, the locks on it, and the
/// permissions of the one who asks.
const OWN_REQUESTS: usize = 7;

/// The verdict of each migration.
fn verdicts(report: &Value) -> BTreeMap<String, String> {
    let migrations = report["migrations"].as_array().unwrap().iter();
    let text = |m: &Value, key: &str| m[key].as_str().unwrap().to_owned();
    migrations
        .map(|m| (text(m, "name"), text(m, "verdict")))
        .collect()
}

/// What they have to be: those with a standby are not ready, and the others are.
fn expected(subscriptions: usize, servers: usize) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for subscription in 0..subscriptions {
        for number in 0..servers {
            let verdict = match number % STANDBY_EVERY {
                0 => "not_ready",
                _ => "ready",
            };
            all.insert(server(subscription, number), verdict.to_owned());
        }
    }
    all
}

/// `--subscription` for each of them.
fn within(subscriptions: usize) -> Vec<String> {
    let ids = (0..subscriptions).map(crate::support::fleet::subscription);
    ids.flat_map(|id| ["--subscription".to_owned(), id])
        .collect()
}

fn args<'a>(first: &[&'a str], more: &'a [String]) -> Vec<&'a str> {
    let mut args = first.to_vec();
    args.extend(more.iter().map(String::as_str));
    args
}
