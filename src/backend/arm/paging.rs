//! Combines the pages of a list into one answer. If a page is missing, the answer is an error: otherwise it would look
//! like a shorter list.

use std::collections::HashSet;

use serde_json::Value;
use url::Url;

use super::client::ArmClient;
use super::error::{ArmFault, ErrorResponse, is_error_body, parse_json};
use super::transport::{ArmRequest, ArmResponse};
use crate::question::{Failure, FailureKind};

/// Returns the answer at `url`. A list is the object of the first page with the items of all pages and without
/// `nextLink`. The link is followed unchanged, including its api-version.
pub(crate) async fn fetch_all_pages(client: &ArmClient, url: Url) -> Result<Value, ArmFault> {
    let mut bytes_left = client.limits.max_answer_bytes;
    let mut answer = fetch_page(client, &url, &mut bytes_left).await?;
    let mut next = take_next_link(client, &mut answer)?;
    let mut visited = HashSet::from([url]);
    while let Some(url) = next {
        if visited.len() >= client.limits.max_pages {
            return Err(malformed_answer(
                "the list has more pages than any list of Azure has",
            ));
        }
        if !visited.insert(url.clone()) {
            return Err(malformed_answer("the pages of the list lead in a circle"));
        }
        let mut next_page = fetch_page(client, &url, &mut bytes_left).await?;
        next = take_next_link(client, &mut next_page)?;
        let more = next_page.get_mut("value").and_then(Value::as_array_mut);
        let items = answer.get_mut("value").and_then(Value::as_array_mut);
        match (items, more) {
            (Some(items), Some(more)) => items.append(more),
            _ => return Err(malformed_answer("a further page of the list is no list")),
        }
    }
    Ok(answer)
}

async fn fetch_page(
    client: &ArmClient,
    url: &Url,
    bytes_left: &mut usize,
) -> Result<Value, ArmFault> {
    let response = client.ask(ArmRequest::Get(url), *bytes_left).await?;
    *bytes_left -= response.body.len();
    parse_body(&response)
}

/// Parses the JSON body of a response with status 200.
pub(crate) fn parse_body(response: &ArmResponse) -> Result<Value, ArmFault> {
    if response.body.is_empty() {
        return Err(malformed_answer("HTTP 200 with an empty body"));
    }
    let body = parse_json(&response.body).map_err(|_| {
        malformed_answer("HTTP 200 with a body that is not JSON; check whether a proxy answers instead of Azure Resource Manager")
    })?;
    if is_error_body(&body) {
        return Err(ArmFault::ErrorResponse(ErrorResponse::from_response(
            response,
        )));
    }
    Ok(body)
}

/// Removes the link to the next page from a page. Absent, null, and empty all mean that there is none.
fn take_next_link(client: &ArmClient, page: &mut Value) -> Result<Option<Url>, ArmFault> {
    let Some(object) = page.as_object_mut() else {
        return Ok(None);
    };
    let link = match object.shift_remove("nextLink") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(link)) if link.is_empty() => return Ok(None),
        Some(Value::String(link)) => link,
        Some(_) => {
            return Err(malformed_answer(
                "the link to the list's next page is no text",
            ));
        }
    };
    if !object.get("value").is_some_and(Value::is_array) {
        return Err(malformed_answer(
            "the answer has a next page but is no list",
        ));
    }
    let url = Url::parse(&link)
        .map_err(|_| malformed_answer("the link to the list's next page is not a whole URL"))?;
    if client.endpoint.has_same_origin(&url) {
        return Ok(Some(url));
    }
    Err(malformed_answer(&format!(
        "the link to the list's next page leads to `{}` instead of `{}`, and the token must not go there",
        url.host_str().unwrap_or_default(),
        client.endpoint.host()
    )))
}

pub(crate) fn malformed_answer(message: &str) -> ArmFault {
    Failure::new(FailureKind::Malformed, message).into()
}
