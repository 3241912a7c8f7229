//! Network mode of the target.

use serde::Serialize;

use super::Body;
use crate::facts::Fact;

/// How clients reach the server, and so how the server reaches others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Network {
    /// In a delegated subnet of a virtual network.
    Integrated,
    /// Through its public address.
    Public,
    /// Through private endpoints only.
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
