//! The `names` header of a query: which columns hold names that a redacted recording must not contain.
//!
//! Its value is `none`, or a list such as `schema, first_use (text), jobs.name (text)`. An entry is a column, or a field
//! of the objects in a column. Without a kind in parentheses, a value is exactly one name.

use super::Query;

/// What a column with names contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameKind {
    /// Exactly one name.
    Name,
    /// `(text)`: an SQL fragment that contains names, for example a qualified name or a signature.
    Text,
    /// `(user text)`: like [`NameKind::Text`] if column `is_user` of the row is true, otherwise a public name.
    UserText,
    /// `(host)`: a host name or an address.
    Host,
    /// `(setting name)`: the name of a server parameter. Only names of custom parameters are private.
    SettingName,
    /// `(setting value)`: the value of the server parameter in column `name`.
    SettingValue,
}

/// One entry of the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NameColumn {
    /// A column, or `column.field`.
    pub path: &'static str,
    pub kind: NameKind,
}

impl NameColumn {
    /// Returns the column without the field.
    pub fn column(&self) -> &'static str {
        column(self.path)
    }
}

/// Returns the column of a path such as `column` or `column.field`.
pub fn column(path: &str) -> &str {
    path.split('.').next().unwrap_or(path)
}

impl Query {
    /// Returns the columns that hold names. A test checks that the header of every query is valid.
    pub fn names(&self) -> Vec<NameColumn> {
        parse_names(self.header("names").unwrap_or_default()).unwrap_or_default()
    }
}

/// Parses the value of the header. `None` if it is invalid.
pub(super) fn parse_names(value: &'static str) -> Option<Vec<NameColumn>> {
    match value {
        "none" => Some(Vec::new()),
        _ => value.split(", ").map(parse_entry).collect(),
    }
}

fn parse_entry(entry: &'static str) -> Option<NameColumn> {
    let (path, kind) = match entry.split_once(' ') {
        None => (entry, NameKind::Name),
        Some((path, kind)) => (path, parse_kind(kind)?),
    };
    Some(NameColumn { path, kind })
}

fn parse_kind(kind: &str) -> Option<NameKind> {
    match kind {
        "(text)" => Some(NameKind::Text),
        "(user text)" => Some(NameKind::UserText),
        "(host)" => Some(NameKind::Host),
        "(setting name)" => Some(NameKind::SettingName),
        "(setting value)" => Some(NameKind::SettingValue),
        _ => None,
    }
}
