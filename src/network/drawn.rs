//! Describes the network path from the connecting server to the source: each hop, its state, and the rule that decides
//! it.
//!
//! Hops in order: the documented network scenario, the server's placement, its security group, route, peering, gateway,
//! DNS, pg_hba.conf of the source.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::hop::Hop;
use super::hops;
use crate::facts::Facts;
use crate::plan::Scope;

/// The path from the server that migrates to the source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DrawnPath {
    /// Where it starts: the target, or the runtime server.
    pub from: String,
    /// The source's address and port, as far as they are known.
    pub to: String,
    /// In the order in which a packet meets them.
    pub hops: Vec<Hop>,
}

/// Returns the network path of a migration. `None` if only one side is checked.
pub fn draw(facts: &Facts) -> Option<DrawnPath> {
    if facts.migration.scope != Scope::Pair {
        return None;
    }
    let (target, source) = (
        facts.migration.target.as_ref()?,
        facts.migration.source.as_ref()?,
    );
    let from = match &facts.migration.runtime_server {
        Some(runtime) => format!("runtime server {}", runtime.name),
        None => format!("target {}", target.id.name),
    };
    let address = crate::facts::network::destination(facts);
    let host = address.map_or_else(|_| source.service_address().to_owned(), |a| a.to_string());
    Some(DrawnPath {
        from,
        to: format!("{host}:{}", source.port),
        hops: hops::all(facts),
    })
}
