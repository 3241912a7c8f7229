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
}
