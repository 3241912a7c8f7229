//! Combines the pages of a list into one answer. If a page is missing, the answer is an error: otherwise it would look
//! like a shorter list.

use std::collections::HashSet;

use serde_json::Value;
use url::Url;

use super::refusal::{Declined, Fault, is_error, json, refusal};
use super::retry::Caller;
use super::transport::{Call, Reply};
use crate::question::RefusalKind;

/// Returns the answer at `url`. A list is the object of the first page with the items of all pages and without
/// `nextLink`. The link is followed unchanged, including its api-version.
pub(crate) async fn whole(caller: &Caller, url: Url) -> Result<Value, Fault> {
    let mut room = caller.limits.answer_bytes;
    let mut answer = page(caller, &url, &mut room).await?;
    let mut next = next_of(caller, &mut answer)?;
    let mut seen = HashSet::from([url]);
    while let Some(url) = next {
        if seen.len() >= caller.limits.pages {
            return Err(malformed(
                "the list has more pages than any list of Azure has",
            ));
        }
        if !seen.insert(url.clone()) {
            return Err(malformed("the pages of the list lead in a circle"));
        }
        let mut further = page(caller, &url, &mut room).await?;
        next = next_of(caller, &mut further)?;
        let more = further.get_mut("value").and_then(Value::as_array_mut);
        let items = answer.get_mut("value").and_then(Value::as_array_mut);
        match (items, more) {
            (Some(items), Some(more)) => items.append(more),
            _ => return Err(malformed("a further page of the list is no list")),
        }
    }
    Ok(answer)
}

async fn page(caller: &Caller, url: &Url, room: &mut usize) -> Result<Value, Fault> {
    let reply = caller.ask(Call::Get(url), *room).await?;
    *room -= reply.body.len();
    read(&reply)
}

/// Parses the JSON body of a response with status 200.
pub(super) fn read(reply: &Reply) -> Result<Value, Fault> {
    if reply.body.is_empty() {
        return Err(malformed("HTTP 200 with an empty body"));
    }
    let body = json(&reply.body).map_err(|_| {
        malformed("HTTP 200 with a body that is not JSON; check whether a proxy answers instead of Azure Resource Manager")
    })?;
    if is_error(&body) {
        return Err(Fault::Declined(Declined::of(reply)));
    }
    Ok(body)
}

/// Removes the link to the next page from a page. Absent, null, and empty all mean that there is none.
fn next_of(caller: &Caller, page: &mut Value) -> Result<Option<Url>, Fault> {
    let Some(object) = page.as_object_mut() else {
        return Ok(None);
    };
    let link = match object.shift_remove("nextLink") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(link)) if link.is_empty() => return Ok(None),
        Some(Value::String(link)) => link,
        Some(_) => return Err(malformed("the link to the list's next page is no text")),
    };
    if !object.get("value").is_some_and(Value::is_array) {
        return Err(malformed("the answer has a next page but is no list"));
    }
    let url = Url::parse(&link)
        .map_err(|_| malformed("the link to the list's next page is not a whole URL"))?;
    if caller.endpoint.admits(&url) {
        return Ok(Some(url));
    }
    Err(malformed(&format!(
        "the link to the list's next page leads to `{}` instead of `{}`, and the token must not go there",
        url.host_str().unwrap_or_default(),
        caller.endpoint.host()
    )))
}

pub(super) fn malformed(words: &str) -> Fault {
    refusal(RefusalKind::Malformed, words).into()
}
