//! Virtual network peerings, as configured on one side.

use ipnet::IpNet;

use super::resource_reader::ResourceReader;
use crate::config::ResourceId;
use crate::facts::Fact;

/// A peering, from the network that contains it.
#[derive(Debug, Clone)]
pub struct Peering {
    pub name: String,
    pub remote_vnet_id: Fact<ResourceId>,
    /// `Initiated`, `Connected`, `Disconnected`.
    pub state: Fact<String>,
    /// `FullyInSync`, `RemoteNotInSync`, `LocalNotInSync`, `LocalAndRemoteNotInSync`.
    pub sync_level: Fact<String>,
    /// Whether the remote addresses are part of the service tag `VirtualNetwork` in this network.
    pub allows_vnet_access: Fact<bool>,
    pub uses_remote_gateways: Fact<bool>,
    pub allows_gateway_transit: Fact<bool>,
    /// Address space of the remote network. Missing if only some of its subnets are peered.
    pub remote_address_space: Fact<Vec<IpNet>>,
}

impl Peering {
    pub fn is_connected(&self) -> Fact<bool> {
        let state = self.state.as_ref()?;
        Ok(state.eq_ignore_ascii_case("Connected"))
    }
}

pub(crate) fn read(body: &ResourceReader) -> Fact<Peering> {
    let known = ["Initiated", "Connected", "Disconnected"];
    Ok(Peering {
        name: body.required("name")?,
        remote_vnet_id: body.required_id("properties.remoteVirtualNetwork.id"),
        state: body.required("properties.peeringState").and_then(|state| {
            if known.iter().any(|k| k.eq_ignore_ascii_case(&state)) {
                Ok(state)
            } else {
                Err(body.unreadable(format!(
                    "`peeringState` is `{state}`, which is not known here"
                )))
            }
        }),
        sync_level: body.required("properties.peeringSyncLevel"),
        allows_vnet_access: body.required_flag("properties.allowVirtualNetworkAccess"),
        uses_remote_gateways: body.required_flag("properties.useRemoteGateways"),
        allows_gateway_transit: body.required_flag("properties.allowGatewayTransit"),
        remote_address_space: remote_address_space(body),
    })
}

fn remote_address_space(body: &ResourceReader) -> Fact<Vec<IpNet>> {
    if matches!(
        body.required_flag("properties.peerCompleteVnets"),
        Ok(false)
    ) {
        return Err(body.unreadable("the peering takes in some subnets only"));
    }
    let space = body.prefixes("properties.remoteAddressSpace.addressPrefixes")?;
    if space.is_empty() {
        return Err(body.unreadable("the peering does not tell the remote network's addresses"));
    }
    Ok(space)
}
