//! Objects that belong to superusers.

use serde::Deserialize;

/// The user objects of one superuser in one database.
#[derive(Debug, Clone, Deserialize)]
pub struct SuperuserOwned {
    pub owner: String,
    pub schemas: u64,
    pub relations: u64,
    pub functions: u64,
    pub types: u64,
    /// The first few, without their schemas.
    pub names: Vec<String>,
    /// The same few, whole. Recordings of before this was asked for have none.
    #[serde(default)]
    pub objects: Vec<Owned>,
}

/// One object, as `ALTER <kind> <name>` takes it.
#[derive(Debug, Clone, Deserialize)]
pub struct Owned {
    /// `TABLE`, `FUNCTION`, …
    pub kind: String,
    /// Quoted, with its schema and arguments.
    pub name: String,
}
