//! The object of a finding. Its text is the syntax of waivers and the identity of a finding in `flexready diff`.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The object of a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Object {
    /// The server as a whole.
    Server,
    /// An object of a server or of its environment.
    Named(ObjectKind, String),
    /// A role, tablespace or database with a security label, by its kind in `pg_identify_object`, or a kind that this
    /// version does not know.
    Shared {
        kind: String,
        name: String,
    },
    Database(String),
    Extension {
        database: String,
        name: String,
    },
    /// An object in a database. The name contains the schema, if the object has one.
    InDatabase {
        database: String,
        kind: String,
        name: String,
    },
    /// The objects of a kind that a truncated list does not name.
    Unlisted {
        database: String,
        kind: String,
    },
}

/// The kind of an object outside of databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectKind {
    DnsZone,
    FirewallRule,
    Lock,
    Maintenance,
    Migration,
    NetworkSecurityGroup,
    Parameter,
    PrivateEndpoint,
    Replica,
    ReplicationSlot,
    Role,
    RouteTable,
    RuntimeServer,
    Session,
    Subnet,
    VirtualNetwork,
}

/// Every kind with its name in texts.
const NAMED_KINDS: &[(ObjectKind, &str)] = &[
    (ObjectKind::DnsZone, "dns-zone"),
    (ObjectKind::FirewallRule, "firewall-rule"),
    (ObjectKind::Lock, "lock"),
    (ObjectKind::Maintenance, "maintenance"),
    (ObjectKind::Migration, "migration"),
    (ObjectKind::NetworkSecurityGroup, "nsg"),
    (ObjectKind::Parameter, "parameter"),
    (ObjectKind::PrivateEndpoint, "private-endpoint"),
    (ObjectKind::Replica, "replica"),
    (ObjectKind::ReplicationSlot, "slot"),
    (ObjectKind::Role, "role"),
    (ObjectKind::RouteTable, "route-table"),
    (ObjectKind::RuntimeServer, "server"),
    (ObjectKind::Session, "session"),
    (ObjectKind::Subnet, "subnet"),
    (ObjectKind::VirtualNetwork, "vnet"),
];

/// Kinds of objects in a database. They separate the parts of a text whose names contain slashes.
const KINDS_IN_DATABASE: &[&str] = &[
    "access-method",
    "aggregate",
    "cast",
    "catalog",
    "collation",
    "conversion",
    "default-privileges",
    "event-trigger",
    "foreign-data-wrapper",
    "foreign-server",
    "foreign-table",
    "function",
    "index",
    "language",
    "large-objects",
    "materialized-view",
    "object",
    "operator",
    "operator-class",
    "operator-family",
    "owner",
    "prepared-transaction",
    "publication",
    "role",
    "rule",
    "schema",
    "security-label",
    "sequence",
    "subscription",
    "table",
    "tablespace",
    "text-search",
    "text-search-configuration",
    "text-search-dictionary",
    "text-search-parser",
    "text-search-template",
    "trigger",
    "type",
    "view",
];

const SERVER: &str = "server";
const DATABASE: &str = "database";
const EXTENSION: &str = "extension";
const UNLISTED: &str = "*";

impl Object {
    pub fn named(kind: ObjectKind, name: impl Into<String>) -> Self {
        Object::Named(kind, name.into())
    }

    pub fn parameter(name: impl Into<String>) -> Self {
        Object::named(ObjectKind::Parameter, name)
    }

    pub fn role(name: impl Into<String>) -> Self {
        Object::named(ObjectKind::Role, name)
    }

    pub fn virtual_network(name: impl Into<String>) -> Self {
        Object::named(ObjectKind::VirtualNetwork, name)
    }

    pub fn for_database(name: impl Into<String>) -> Self {
        Object::Database(name.into())
    }

    pub fn extension(database: impl Into<String>, name: impl Into<String>) -> Self {
        Object::Extension {
            database: database.into(),
            name: name.into(),
        }
    }

    pub fn in_database(
        database: impl Into<String>,
        kind: impl Into<String>,
        name: impl Into<String>,
    ) -> Self {
        Object::InDatabase {
            database: database.into(),
            kind: kind.into(),
            name: name.into(),
        }
    }

    pub fn unlisted(database: impl Into<String>, kind: impl Into<String>) -> Self {
        Object::Unlisted {
            database: database.into(),
            kind: kind.into(),
        }
    }

    /// Returns the database that the object is or is in.
    pub fn database(&self) -> Option<&str> {
        match self {
            Object::Server | Object::Named(..) | Object::Shared { .. } => None,
            Object::Database(database)
            | Object::Extension { database, .. }
            | Object::InDatabase { database, .. }
            | Object::Unlisted { database, .. } => Some(database),
        }
    }
}

impl ObjectKind {
    fn text(self) -> &'static str {
        let entry = NAMED_KINDS.iter().find(|(kind, _)| *kind == self);
        entry.expect("every kind is listed").1
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Object::Server => f.write_str(SERVER),
            Object::Named(kind, name) => write!(f, "{}/{name}", kind.text()),
            Object::Shared { kind, name } => write!(f, "{kind}/{name}"),
            Object::Database(name) => write!(f, "{DATABASE}/{name}"),
            Object::Extension { database, name } => write!(f, "{EXTENSION}/{database}/{name}"),
            Object::InDatabase {
                database,
                kind,
                name,
            } => write!(f, "{database}/{kind}/{name}"),
            Object::Unlisted { database, kind } => write!(f, "{database}/{kind}/{UNLISTED}"),
        }
    }
}

/// A text that is not an object of a finding.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an object: expected `server`, `<kind>/<name>` or `<database>/<kind>/<name>`")]
pub struct ObjectError(String);

/// Reads the text of an object. Its text is the same again. Names can contain slashes: a kind that is known separates
/// database and name, and `extension/` and `database/` precede other readings unless a kind follows them.
impl FromStr for Object {
    type Err = ObjectError;

    fn from_str(text: &str) -> Result<Self, ObjectError> {
        if text == SERVER {
            return Ok(Object::Server);
        }
        let (head, rest) = text
            .split_once('/')
            .ok_or_else(|| ObjectError(text.to_owned()))?;
        if let (EXTENSION, Some((database, name))) = (head, rest.rsplit_once('/')) {
            return Ok(Object::extension(database, name));
        }
        if let Some((database, kind, name)) = split_at_kind(text) {
            return Ok(object_in_database(database, kind, name));
        }
        if head == DATABASE {
            return Ok(Object::for_database(rest));
        }
        if let Some((kind, _)) = NAMED_KINDS.iter().find(|(_, text)| *text == head) {
            return Ok(Object::named(*kind, rest));
        }
        Ok(match rest.split_once('/') {
            Some((kind, name)) => object_in_database(head, kind, name),
            None => Object::Shared {
                kind: head.to_owned(),
                name: rest.to_owned(),
            },
        })
    }
}

/// Splits `<database>/<kind>/<name>` at the first kind that is known.
fn split_at_kind(text: &str) -> Option<(&str, &str, &str)> {
    let slashes = text.match_indices('/').map(|(at, _)| at);
    slashes
        .filter_map(|at| {
            let (kind, name) = text[at + 1..].split_once('/')?;
            KINDS_IN_DATABASE
                .contains(&kind)
                .then_some((&text[..at], kind, name))
        })
        .next()
}

fn object_in_database(database: &str, kind: &str, name: &str) -> Object {
    match name {
        UNLISTED => Object::unlisted(database, kind),
        _ => Object::in_database(database, kind, name),
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Object {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Object".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        String::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Object {
        text.parse().expect("an object")
    }

    #[test]
    fn objects_are_read_from_their_text() {
        for (text, object) in [
            ("server", Object::Server),
            ("server/r", Object::named(ObjectKind::RuntimeServer, "r")),
            ("parameter/a.b", Object::parameter("a.b")),
            ("role/a/b", Object::role("a/b")),
            ("database/a/b", Object::for_database("a/b")),
            ("extension/a/b/citext", Object::extension("a/b", "citext")),
            (
                "a/b/table/s.t/u",
                Object::in_database("a/b", "table", "s.t/u"),
            ),
            ("a/type/*", Object::unlisted("a", "type")),
            (
                "migration/table/s.t",
                Object::in_database("migration", "table", "s.t"),
            ),
            ("a/novelty/s.t", Object::in_database("a", "novelty", "s.t")),
        ] {
            assert_eq!(read(text), object, "{text}");
            assert_eq!(object.to_string(), text);
        }
        assert_eq!(read("a/b/table/t").database(), Some("a/b"));
        assert!("servers".parse::<Object>().is_err());
    }

    proptest! {
        #[test]
        fn the_text_of_a_read_object_is_the_same(text in "[a-z*./ü\"' -]{0,12}(/[a-z*./-]{0,9}){1,4}") {
            prop_assert_eq!(read(&text).to_string(), text);
        }

        #[test]
        fn names_with_slashes_are_kept(database in "[A-Zé/]{1,12}", name in "[a-zé./\" ]{1,12}") {
            for kind in KINDS_IN_DATABASE {
                let object = Object::in_database(&database, *kind, &name);
                prop_assert_eq!(read(&object.to_string()), object);
            }
            for (kind, _) in NAMED_KINDS {
                let object = Object::named(*kind, &name);
                prop_assert_eq!(read(&object.to_string()), object);
            }
        }
    }
}
