//! Azure Resource Graph: lists the flexible servers of many subscriptions in one query, with 1,000 rows per page.
//! An answer has the rows of all pages, or it is an error.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::paging::{malformed, read};
use super::refusal::Fault;
use super::retry::Caller;
use super::transport::Call;

/// The rows are sorted by ID. Without an order, pages can overlap.
const SERVERS: &str = "resources | where type =~ 'microsoft.dbforpostgresql/flexibleservers'";
const COLUMNS: &str = "project id, name, location, sku, tags, \
     host = tostring(properties.fullyQualifiedDomainName) | order by id asc";

/// The body of the query. The host name is inserted into a quoted string, so only letters, digits, dots, and hyphens
/// are kept.
pub(crate) fn query(
    subscriptions: &[String],
    management_groups: &[String],
    host: Option<&str>,
) -> Value {
    let only = host.map(|host| {
        let fits = |c: &char| c.is_ascii_alphanumeric() || ".-".contains(*c);
        let host: String = host.chars().filter(fits).collect();
        format!(" | where properties.fullyQualifiedDomainName =~ '{host}'")
    });
    let only = only.unwrap_or_default();
    let mut body = json!({
        "query": format!("{SERVERS}{only} | {COLUMNS}"),
        "options": {"$top": 1000, "resultFormat": "objectArray"},
    });
    for (name, within) in [
        ("subscriptions", subscriptions),
        ("managementGroups", management_groups),
    ] {
        if !within.is_empty() {
            body[name] = json!(within);
        }
    }
    body
}

/// Returns all rows in the shape of an ARM list: `{"value": […]}`.
pub(crate) async fn rows(caller: &Caller, mut query: Value) -> Result<Value, Fault> {
    let mut room = caller.limits.answer_bytes;
    let mut rows = Vec::new();
    let mut seen = HashSet::new();
    loop {
        let reply = caller.ask(Call::Query(&query), room).await?;
        room -= reply.body.len();
        let mut page = read(&reply)?;
        let Some(more) = page.get_mut("data").and_then(Value::as_array_mut) else {
            return Err(malformed("the answer of Azure Resource Graph has no rows"));
        };
        rows.append(more);
        let token = page.get("$skipToken").and_then(Value::as_str);
        let Some(token) = token.filter(|t| !t.is_empty()) else {
            return whole(rows, &page);
        };
        if seen.len() >= caller.limits.pages || !seen.insert(token.to_owned()) {
            return Err(malformed(
                "the pages of Azure Resource Graph lead in a circle",
            ));
        }
        query["options"]["$skipToken"] = json!(token);
    }
}

/// Checks with the last page that all rows are present: it contains the row count and a truncation flag.
fn whole(rows: Vec<Value>, last: &Value) -> Result<Value, Fault> {
    let is_cut = match last.get("resultTruncated") {
        Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
        other => other == Some(&Value::Bool(true)),
    };
    let total = last.get("totalRecords").and_then(Value::as_u64);
    if is_cut || total.is_some_and(|total| total > rows.len() as u64) {
        return Err(malformed(
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
        let body = query(&[], &[], Some("a.postgres.example' or '1'=='1"));
        let text = body["query"].as_str().expect("a query");
        assert!(text.contains("=~ 'a.postgres.exampleor11'"), "{text}");
        assert!(body.get("subscriptions").is_none());
    }
}
