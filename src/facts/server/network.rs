//! How the target is reached, as its GET tells. Not here: the network that it stands in (`facts::network`, `facts::path`).

use serde::Serialize;

use super::Body;
use crate::facts::Fact;

/// How the server is reached, and so how it reaches others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Network {
    /// In a delegated subnet of a virtual network.
    Integrated,
    /// By its public address.
    Public,
    /// By private endpoints alone.
    EndpointOnly,
}

pub(super) fn read(shape: &Body) -> Fact<Network> {
    let path = "properties.network";
    if !shape.has(path, "")? {
        return Err(shape.absent(path));
    }
    if shape
        .field("properties.network.delegatedSubnetResourceId", "")?
        .is_some()
    {
        return Ok(Network::Integrated);
    }
    let access = shape.required("properties.network.publicNetworkAccess")?;
    match access.to_ascii_lowercase().as_str() {
        "enabled" => Ok(Network::Public),
        "disabled" => Ok(Network::EndpointOnly),
        _ => Err(shape.absent("properties.network.publicNetworkAccess (Enabled or Disabled)")),
    }
}
