//! Tests for parsing discovery answers.

use serde_json::json;
use time::OffsetDateTime;

use super::*;
use crate::question::Origin;

const SUBSCRIPTION: &str = "11111111-2222-4333-8444-555555555555";

fn server_id(name: &str) -> String {
    format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/g/providers/Microsoft.DBforPostgreSQL/flexibleServers/{name}"
    )
}

#[test]
fn servers_are_listed_once_and_rows_without_an_id_are_reported() {
    let fleet = FleetScope {
        subscriptions: vec![SUBSCRIPTION.to_owned()],
        ..FleetScope::default()
    };
    let mut answers = Answers::new(OffsetDateTime::UNIX_EPOCH, Origin::Synthetic);
    let open = next_questions(&fleet, &answers);
    assert_eq!(open.len(), 1);
    assert_eq!(
        open[0].key(),
        format!("graph:flexible-servers?subscriptions={SUBSCRIPTION}")
    );
    let rows = json!({"value": [
        {"id": server_id("one"), "location": "westeurope", "tags": null},
        {"id": server_id("ONE").to_uppercase()},
        {"id": "/subscriptions/x/other"},
    ]});
    answers.insert(open[0].key(), rows.into());
    assert_eq!(
        next_questions(&fleet, &answers).len(),
        1,
        "the subscription has a row"
    );
    let found = read(&fleet, &answers);
    assert_eq!(found.servers.len(), 1);
    assert!(
        found.unread_scopes[0].reason.contains("1 of 3"),
        "{found:?}"
    );
}
