//! Replaces names in the answers of SQL queries: which columns and which settings hold names.

use serde_json::Value;

use super::mapping::PseudonymMap;
use super::public_names::is_public_name;
use crate::reference::extension_table;

/// Columns that hold user-defined names, or text that contains them.
const NAME_COLUMNS: &[&str] = &[
    "application",
    "calls",
    "column_name",
    "database",
    "databases",
    "detail",
    "example",
    "file",
    "first_function",
    "first_relation",
    "first_use",
    "function",
    "gid",
    "grantee",
    "library",
    "name",
    "names",
    "object",
    "objects",
    "other_memberships",
    "owner",
    "part",
    "public_owner",
    "role",
    "roles",
    "schema",
    "schemas",
    "session_user",
    "slot",
    "source",
    "table_name",
    "tablespace",
    "target",
    "unqualified",
    "used_by",
    "users",
    "jobs",
    "sequences",
    "base",
    "support",
];

/// Exceptions to the columns above: in these queries, they hold names of PostgreSQL or of an extension.
const PUBLIC_COLUMNS: &[(&str, &str)] = &[
    ("collations", "name"),
    ("extension_pins", "name"),
    ("extensions", "name"),
    ("languages", "name"),
    ("removed_types", "detail"),
    ("removed_types", "name"),
    ("removed_uses", "detail"),
    ("removed_uses", "name"),
    ("removed_words", "detail"),
    ("removed_words", "name"),
    ("role_settings", "name"),
    ("settings", "name"),
    ("settings", "source"),
    ("superuser_objects", "detail"),
    ("target_collations", "name"),
];

/// Settings that name hosts, files, or persons. No check compares them.
const PRIVATE_SETTINGS: &[&str] = &[
    "archive_cleanup_command",
    "archive_command",
    "bonjour_name",
    "cluster_name",
    "config_file",
    "data_directory",
    "dynamic_library_path",
    "event_source",
    "external_pid_file",
    "hba_file",
    "ident_file",
    "krb_server_keyfile",
    "log_directory",
    "log_filename",
    "log_line_prefix",
    "primary_conninfo",
    "primary_slot_name",
    "promote_trigger_file",
    "recovery_end_command",
    "restore_command",
    "ssl_ca_file",
    "ssl_cert_file",
    "ssl_crl_file",
    "ssl_key_file",
    "ssl_passphrase_command",
    "stats_temp_directory",
    "synchronous_standby_names",
    "syslog_ident",
    "unix_socket_directories",
];

/// Settings that name databases, roles, and other objects. Checks compare them with other names.
const NAME_SETTINGS: &[&str] = &[
    "cron.database_name",
    "default_tablespace",
    "pg_partman_bgw.dbname",
    "pg_partman_bgw.role",
    "role",
    "search_path",
    "temp_tablespaces",
];

const REDACTED: &str = "redacted";

/// Replaces the names in all rows of a query answer.
pub(crate) fn redact_rows(pseudonyms: &mut PseudonymMap, query: &str, json: &mut Value) {
    let query = query.split('@').next().unwrap_or(query);
    for row in json.as_array_mut().into_iter().flatten() {
        let Some(fields) = row.as_object_mut() else {
            continue;
        };
        let setting = fields
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_lowercase();
        let is_user = fields.get("is_user") == Some(&Value::Bool(true));
        let is_custom =
            ["settings", "role_settings"].contains(&query) && is_custom_setting(&setting);
        for (column, value) in fields.iter_mut() {
            let is_value = ["reset_val", "boot_val", "value"].contains(&column.as_str());
            if is_value && (is_custom || PRIVATE_SETTINGS.contains(&setting.as_str())) {
                redact_value(value);
            } else if is_custom && column == "name" {
                redact_dotted_name(pseudonyms, value);
            } else if is_value && NAME_SETTINGS.contains(&setting.as_str()) {
                redact_sql(pseudonyms, value);
            } else if (query, column.as_str()) == ("hba", "address") {
                redact_hba_address(pseudonyms, value);
            } else if NAME_COLUMNS.contains(&column.as_str())
                && (is_user || !PUBLIC_COLUMNS.contains(&(query, column.as_str())))
            {
                redact_column(pseudonyms, query, column, value);
            }
        }
    }
}

/// Prefixes of settings that belong to a product, although no extension has that name.
const PUBLIC_SETTING_CLASSES: &[&str] = &[
    "alloydb",
    "azure",
    "cloudsql",
    "cron",
    "pg_partman_bgw",
    "pgaudit",
    "rds",
];

/// Returns whether a setting belongs to an application, as `app.tenant` does. Its prefix and its name are private.
fn is_custom_setting(setting: &str) -> bool {
    let Some((class, _)) = setting.split_once('.') else {
        return false;
    };
    !PUBLIC_SETTING_CLASSES.contains(&class)
        && !is_public_name(class)
        && extension_table::find(class).is_none()
}

/// Replaces each part of a dotted name.
fn redact_dotted_name(pseudonyms: &mut PseudonymMap, value: &mut Value) {
    if let Value::String(text) = value {
        let redacted: Vec<String> = text
            .split('.')
            .map(|part| pseudonyms.for_name(part))
            .collect();
        *text = redacted.join(".");
    }
}

/// Replaces a host name or a domain in an address of `pg_hba.conf`.
fn redact_hba_address(pseudonyms: &mut PseudonymMap, value: &mut Value) {
    if let Value::String(text) = value {
        *text = pseudonyms.host(text);
    }
}

fn redact_value(value: &mut Value) {
    if value.as_str().is_some_and(|text| !text.is_empty()) {
        *value = REDACTED.into();
    }
}

/// Replaces the names in a column, which holds either complete names or text that contains names.
fn redact_column(pseudonyms: &mut PseudonymMap, query: &str, column: &str, value: &mut Value) {
    let is_complete_name = matches!(
        column,
        "application"
            | "database"
            | "gid"
            | "grantee"
            | "owner"
            | "public_owner"
            | "role"
            | "roles"
            | "schema"
            | "schemas"
            | "session_user"
            | "slot"
            | "tablespace"
            | "databases"
            | "users"
            | "other_memberships"
            | "file"
    );
    let is_plain_name = matches!(
        (query, column),
        (
            "database_defaults"
                | "database_sizes"
                | "databases"
                | "roles"
                | "target_roles"
                | "replication_slots",
            "name"
        ) | (
            "foreign_servers" | "event_triggers" | "identities" | "large_tables" | "row_security",
            "name"
        ) | (
            "extension_tables" | "logical_replication" | "standbys",
            "name"
        )
    );
    match value {
        Value::String(text) if is_complete_name || is_plain_name => {
            *text = redact_hba_name(pseudonyms, text)
        }
        Value::Array(items) if is_complete_name => items
            .iter_mut()
            .for_each(|item| redact_column(pseudonyms, query, column, item)),
        value => redact_sql(pseudonyms, value),
    }
}

/// Replaces a name of `pg_hba.conf`. It can begin with `+` (members of a role), `/` (regular expression), or `@`
/// (file).
fn redact_hba_name(pseudonyms: &mut PseudonymMap, text: &str) -> String {
    match text.chars().next().filter(|c| "+/@".contains(*c)) {
        Some(mark) => format!("{mark}{}", pseudonyms.for_name(&text[1..])),
        None => pseudonyms.for_name(text),
    }
}

fn redact_sql(pseudonyms: &mut PseudonymMap, value: &mut Value) {
    match value {
        Value::String(text) => *text = pseudonyms.in_sql(text),
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| redact_sql(pseudonyms, item)),
        Value::Object(fields) => fields
            .iter_mut()
            .filter(|(key, _)| NAME_COLUMNS.contains(&key.as_str()) || key.as_str() == "command")
            .for_each(|(_, value)| redact_sql(pseudonyms, value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
