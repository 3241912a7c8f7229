//! The path as a reader sees it: hop by hop, each open, closed or unknown, with what decides it.

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

/// The path of a pair. `None`: one side alone has none.
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
