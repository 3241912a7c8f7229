//! Azure Resource Graph: lists the flexible servers of many subscriptions in one query, with 1,000 rows per page.
//! An answer has the rows of all pages, or it is an error.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::client::ArmClient;
use super::error::ArmFault;
use super::paging::{malformed_answer, parse_body};
use super::transport::ArmRequest;

/// The rows are sorted by ID. Without an order, pages can overlap.
const SERVERS_QUERY: &str = "resources | where type =~ 'microsoft.dbforpostgresql/flexibleservers'";
const PROJECTION: &str = "project id, name, location, sku, tags, \
     host = tostring(properties.fullyQualifiedDomainName) | order by id asc";

/// The body of the query. The host name is inserted into a quoted string, so only letters, digits, dots, and hyphens
/// are kept.
pub(crate) fn query_body(
    subscriptions: &[String],
    management_groups: &[String],
    host: Option<&str>,
) -> Value {
    let host_filter = host.map(|host| {
        let is_allowed = |c: &char| c.is_ascii_alphanumeric() || ".-".contains(*c);
        let host: String = host.chars().filter(is_allowed).collect();
        format!(" | where properties.fullyQualifiedDomainName =~ '{host}'")
    });
    let only = host_filter.unwrap_or_default();
    let mut body = json!({
        "query": format!("{SERVERS_QUERY}{only} | {PROJECTION}"),
        "options": {"$top": 1000, "resultFormat": "objectArray"},
    });
    for (name, scope_ids) in [
        ("subscriptions", subscriptions),
        ("managementGroups", management_groups),
    ] {
        if !scope_ids.is_empty() {
            body[name] = json!(scope_ids);
        }
    }
    body
}

/// Returns all rows in the shape of an ARM list: `{"value": […]}`.
pub(crate) async fn fetch_rows(client: &ArmClient, mut query: Value) -> Result<Value, ArmFault> {
    let mut bytes_left = client.limits.max_answer_bytes;
    let mut rows = Vec::new();
    let mut seen_tokens = HashSet::new();
    loop {
        let response = client.ask(ArmRequest::Query(&query), bytes_left).await?;
        bytes_left -= response.body.len();
        let mut page = parse_body(&response)?;
        let Some(page_rows) = page.get_mut("data").and_then(Value::as_array_mut) else {
            return Err(malformed_answer(
                "the answer of Azure Resource Graph has no rows",
            ));
        };
        rows.append(page_rows);
        let token = page.get("$skipToken").and_then(Value::as_str);
        let Some(token) = token.filter(|t| !t.is_empty()) else {
            return check_complete(rows, &page);
        };
        if seen_tokens.len() >= client.limits.max_pages || !seen_tokens.insert(token.to_owned()) {
            return Err(malformed_answer(
                "the pages of Azure Resource Graph lead in a circle",
            ));
        }
        query["options"]["$skipToken"] = json!(token);
    }
}

/// Checks with the last page that all rows are present: it contains the row count and a truncation flag.
fn check_complete(rows: Vec<Value>, last_page: &Value) -> Result<Value, ArmFault> {
    let is_truncated = match last_page.get("resultTruncated") {
        Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
        other => other == Some(&Value::Bool(true)),
    };
    let total = last_page.get("totalRecords").and_then(Value::as_u64);
    if is_truncated || total.is_some_and(|total| total > rows.len() as u64) {
        return Err(malformed_answer(
            "Azure Resource Graph left out a part of its rows",
        ));
    }
    Ok(json!({ "value": rows }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_name_cannot_escape_its_quotes() {
        let body = query_body(&[], &[], Some("a.postgres.example' or '1'=='1"));
        let text = body["query"].as_str().expect("a query");
        assert!(text.contains("=~ 'a.postgres.exampleor11'"), "{text}");
        assert!(body.get("subscriptions").is_none());
    }
}
