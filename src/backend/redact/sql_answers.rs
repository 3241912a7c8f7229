//! Replaces names in the answers of SQL queries. The header of each query lists the columns with names.

use serde_json::Value;

use super::mapping::PseudonymMap;
use super::public_names::is_public_name;
use crate::queries;
use crate::queries::Query;
use crate::queries::names::{self, NameColumn, NameKind};
use crate::reference::extension_table;

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
    let columns = QueryColumns::new(query);
    for row in json.as_array_mut().into_iter().flatten() {
        let Some(fields) = row.as_object_mut() else {
            continue;
        };
        let context = RowContext {
            columns: &columns,
            is_user: fields.get("is_user") == Some(&Value::Bool(true)),
            setting: fields
                .get("name")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_lowercase(),
        };
        for (column, value) in fields.iter_mut() {
            context.redact(pseudonyms, column, value);
        }
    }
}

/// The columns of a query and the names in them, from its header.
struct QueryColumns {
    declared: Vec<&'static str>,
    names: Vec<NameColumn>,
}

impl QueryColumns {
    fn new(query: &str) -> Self {
        let query = queries::find(query);
        QueryColumns {
            declared: query.map(|q| q.columns().collect()).unwrap_or_default(),
            names: query.map(Query::names).unwrap_or_default(),
        }
    }

    /// Returns what a column, or a field such as `jobs.name`, contains. `None`: no names. The query of another version
    /// can have more columns. These could hold names.
    fn kind(&self, path: &str) -> Option<NameKind> {
        if !self.declared.contains(&names::column(path)) {
            return Some(NameKind::Text);
        }
        let mut names = self.names.iter();
        names.find(|n| n.path == path).map(|n| n.kind)
    }
}

/// What the meaning of a value depends on: its query and its row.
struct RowContext<'q> {
    columns: &'q QueryColumns,
    is_user: bool,
    /// Column `name`, which is the name of the parameter in queries of parameters.
    setting: String,
}

impl RowContext<'_> {
    fn redact(&self, pseudonyms: &mut PseudonymMap, path: &str, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Some(kind) = self.columns.kind(path) {
                    self.redact_text(pseudonyms, kind, text);
                }
            }
            Value::Array(items) => items
                .iter_mut()
                .for_each(|item| self.redact(pseudonyms, path, item)),
            Value::Object(fields) => fields.iter_mut().for_each(|(field, value)| {
                self.redact(pseudonyms, &format!("{path}.{field}"), value);
            }),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn redact_text(&self, pseudonyms: &mut PseudonymMap, kind: NameKind, text: &mut String) {
        let setting = self.setting.as_str();
        match kind {
            NameKind::Name => *text = redact_hba_name(pseudonyms, text),
            NameKind::Text => *text = pseudonyms.in_sql(text),
            NameKind::UserText if self.is_user => *text = pseudonyms.in_sql(text),
            NameKind::Host => *text = pseudonyms.host(text),
            NameKind::SettingName if is_custom_setting(setting) => {
                *text = redact_dotted_name(pseudonyms, text);
            }
            NameKind::SettingValue
                if is_custom_setting(setting) || PRIVATE_SETTINGS.contains(&setting) =>
            {
                if !text.is_empty() {
                    *text = REDACTED.to_owned();
                }
            }
            NameKind::SettingValue if NAME_SETTINGS.contains(&setting) => {
                *text = pseudonyms.in_sql(text);
            }
            NameKind::UserText | NameKind::SettingName | NameKind::SettingValue => {}
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
fn redact_dotted_name(pseudonyms: &mut PseudonymMap, text: &str) -> String {
    let parts: Vec<String> = text
        .split('.')
        .map(|part| pseudonyms.for_name(part))
        .collect();
    parts.join(".")
}

/// Replaces a name of `pg_hba.conf`. It can begin with `+` (members of a role), `/` (regular expression), or `@`
/// (file).
fn redact_hba_name(pseudonyms: &mut PseudonymMap, text: &str) -> String {
    match text.chars().next().filter(|c| "+/@".contains(*c)) {
        Some(mark) => format!("{mark}{}", pseudonyms.for_name(&text[1..])),
        None => pseudonyms.for_name(text),
    }
}
