//! Replaces names in ARM answers: resource IDs, resource names, hosts, and identities.

use serde_json::{Map, Value};

use super::names::Names;

const HOSTS: &[&str] = &[
    "fqdn",
    "fullyqualifieddomainname",
    "host",
    "ipaddressorfqdn",
];
const PEOPLE: &[&str] = &[
    "administratorlogin",
    "createdby",
    "displayname",
    "lastmodifiedby",
    "login",
    "principalname",
    "username",
];
/// Fields that hold database names, as a list, as a string, or as the keys of an object.
const DATABASES: &[&str] = &[
    "dbdetails",
    "dbstomigrate",
    "dbstotriggercutoveron",
    "dbscanceled",
    "databasename",
];

/// Replaces the names in an ARM body. `path` is the path of the question: answers that are public stay unchanged.
pub(super) fn rename(names: &mut Names, path: &str, json: &mut Value) {
    let path = path.split('?').next().unwrap_or(path).to_lowercase();
    if !path.ends_with("/capabilities") && !path.ends_with("/permissions") {
        walk(names, "", json);
    }
}

fn walk(names: &mut Names, key: &str, value: &mut Value) {
    match value {
        Value::Object(fields) => object(names, key, fields),
        Value::Array(items) => items.iter_mut().for_each(|item| walk(names, key, item)),
        Value::String(text) => *text = string(names, key, text),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn object(names: &mut Names, key: &str, fields: &mut Map<String, Value>) {
    let is_named = fields
        .get("id")
        .and_then(Value::as_str)
        .is_some_and(|id| !is_public_resource(id));
    let is_bare = !fields.contains_key("id");
    let has_names = DATABASES.contains(&key.to_lowercase().as_str());
    let old = std::mem::take(fields);
    for (field, mut value) in old {
        match (field.as_str(), &mut value) {
            ("name", Value::String(name)) if is_named => *name = names.of_azure(name),
            ("name", Value::String(name)) if is_bare => *name = names.if_known(name),
            ("name", _) => {}
            (_, value) => walk(names, &field, value),
        }
        let field = match field.as_str() {
            id if id.starts_with("/subscriptions/") => names.id(id),
            name if has_names => names.of(name),
            _ => field,
        };
        fields.insert(field, value);
    }
}

/// Server parameters, locations, and default security rules have resource IDs but public names.
fn is_public_resource(id: &str) -> bool {
    let id = id.to_lowercase();
    ["/configurations/", "/locations/", "/defaultsecurityrules/"]
        .iter()
        .any(|kind| id.contains(kind))
}

fn string(names: &mut Names, key: &str, text: &str) -> String {
    let key = key.to_lowercase();
    if text.starts_with("/subscriptions/") {
        names.id(text)
    } else if HOSTS.contains(&key.as_str()) {
        names.host(text)
    } else if PEOPLE.contains(&key.as_str()) {
        names.of_azure(text)
    } else if DATABASES.contains(&key.as_str()) {
        names.of(text)
    } else if key == "sourcedbserverresourceid" {
        on_host(names, text)
    } else {
        names.guids(text)
    }
}

/// Replaces `host:port@user`, the ID of a source outside Azure.
fn on_host(names: &mut Names, text: &str) -> String {
    let (place, user) = text.split_once('@').unwrap_or((text, ""));
    let (host, port) = place.split_once(':').unwrap_or((place, ""));
    format!("{}:{port}@{}", names.host(host), names.of(user))
}

/// Replaces known names in texts that quote names.
pub(super) fn texts(names: &Names, json: &mut Value) {
    match json {
        Value::Object(fields) => {
            for (key, value) in fields.iter_mut() {
                match value {
                    Value::String(text)
                        if ["message", "description", "notes"]
                            .contains(&key.to_lowercase().as_str()) =>
                    {
                        *text = names.in_text(text);
                    }
                    value => texts(names, value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| texts(names, item)),
        _ => {}
    }
}
