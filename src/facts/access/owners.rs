//! Objects owned by superusers.

use serde::Deserialize;

/// User objects of one superuser in one database.
#[derive(Debug, Clone, Deserialize)]
pub struct SuperuserOwned {
    pub owner: String,
    pub schemas: u64,
    pub relations: u64,
    pub functions: u64,
    pub types: u64,
    /// The first few object names, without schemas.
    pub names: Vec<String>,
    /// The same objects with kind and full name. Empty in recordings made before this column existed.
    #[serde(default)]
    pub objects: Vec<Owned>,
}

/// One object, as used in `ALTER <kind> <name>`.
#[derive(Debug, Clone, Deserialize)]
pub struct Owned {
    /// `TABLE`, `FUNCTION`, …
    pub kind: String,
    /// Quoted, with its schema and argument types.
    pub name: String,
}
