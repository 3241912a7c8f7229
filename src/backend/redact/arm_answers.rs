//! Replaces names in ARM answers: resource IDs, resource names, hosts, and identities.

use serde_json::{Map, Value};

use super::mapping::PseudonymMap;

const HOST_FIELDS: &[&str] = &[
    "fqdn",
    "fullyqualifieddomainname",
    "host",
    "ipaddressorfqdn",
];
const IDENTITY_FIELDS: &[&str] = &[
    "administratorlogin",
    "createdby",
    "displayname",
    "lastmodifiedby",
    "login",
    "principalname",
    "username",
];
/// Fields that hold database names, as a list, as a string, or as the keys of an object.
const DATABASE_FIELDS: &[&str] = &[
    "dbdetails",
    "dbstomigrate",
    "dbstotriggercutoveron",
    "dbscanceled",
    "databasename",
];

/// Replaces the names in an ARM body. `path` is the path of the question: answers that are public stay unchanged.
pub(crate) fn redact_body(pseudonyms: &mut PseudonymMap, path: &str, json: &mut Value) {
    let path = path.to_lowercase();
    if !path.ends_with("/capabilities") && !path.ends_with("/permissions") {
        redact_value(pseudonyms, "", json);
    }
}

fn redact_value(pseudonyms: &mut PseudonymMap, key: &str, value: &mut Value) {
    match value {
        Value::Object(fields) => redact_object(pseudonyms, key, fields),
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| redact_value(pseudonyms, key, item)),
        Value::String(text) => *text = redact_string(pseudonyms, key, text),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn redact_object(pseudonyms: &mut PseudonymMap, key: &str, fields: &mut Map<String, Value>) {
    let has_private_name = fields
        .get("id")
        .and_then(Value::as_str)
        .is_some_and(|id| !has_public_name(id));
    let has_no_id = !fields.contains_key("id");
    let has_database_names = DATABASE_FIELDS.contains(&key.to_lowercase().as_str());
    let old_fields = std::mem::take(fields);
    for (field, mut value) in old_fields {
        match (field.as_str(), &mut value) {
            ("name", Value::String(name)) if has_private_name => {
                *name = pseudonyms.for_azure_name(name)
            }
            ("name", Value::String(name)) if has_no_id => *name = pseudonyms.if_known(name),
            ("name", _) => {}
            (_, value) => redact_value(pseudonyms, &field, value),
        }
        let field = match field.as_str() {
            id if id.starts_with("/subscriptions/") => pseudonyms.for_resource_id(id),
            name if has_database_names => pseudonyms.for_name(name),
            _ => field,
        };
        fields.insert(field, value);
    }
}

/// Server parameters, locations, and default security rules have resource IDs but public names.
fn has_public_name(id: &str) -> bool {
    let id = id.to_lowercase();
    ["/configurations/", "/locations/", "/defaultsecurityrules/"]
        .iter()
        .any(|kind| id.contains(kind))
}

fn redact_string(pseudonyms: &mut PseudonymMap, key: &str, text: &str) -> String {
    let key = key.to_lowercase();
    if text.starts_with("/subscriptions/") {
        pseudonyms.for_resource_id(text)
    } else if HOST_FIELDS.contains(&key.as_str()) {
        pseudonyms.host(text)
    } else if IDENTITY_FIELDS.contains(&key.as_str()) {
        pseudonyms.for_azure_name(text)
    } else if DATABASE_FIELDS.contains(&key.as_str()) {
        pseudonyms.for_name(text)
    } else if key == "sourcedbserverresourceid" {
        redact_source_id(pseudonyms, text)
    } else {
        pseudonyms.replace_guids(text)
    }
}

/// Replaces `host:port@user`, the ID of a source outside Azure.
fn redact_source_id(pseudonyms: &mut PseudonymMap, text: &str) -> String {
    let (host_and_port, user) = text.split_once('@').unwrap_or((text, ""));
    let (host, port) = host_and_port.split_once(':').unwrap_or((host_and_port, ""));
    format!(
        "{}:{port}@{}",
        pseudonyms.host(host),
        pseudonyms.for_name(user)
    )
}

/// Replaces known names in texts that quote names.
pub(crate) fn redact_free_text(pseudonyms: &PseudonymMap, json: &mut Value) {
    match json {
        Value::Object(fields) => {
            for (key, value) in fields.iter_mut() {
                match value {
                    Value::String(text)
                        if ["message", "description", "notes"]
                            .contains(&key.to_lowercase().as_str()) =>
                    {
                        *text = pseudonyms.in_free_text(text);
                    }
                    value => redact_free_text(pseudonyms, value),
                }
            }
        }
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| redact_free_text(pseudonyms, item)),
        _ => {}
    }
}
