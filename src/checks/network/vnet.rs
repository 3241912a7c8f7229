//! Helpers for checks of the virtual network: the placement of the connecting server, and az flags of its resources.

use crate::checks::{FixStep, Inconclusive};
use crate::config::ResourceId;
use crate::facts::Facts;
use crate::facts::network::azure_network::VnetPlacement;

/// Returns the placement of the connecting server. Not applicable if the server is not in a virtual network.
pub(super) fn vnet_placement<'f>(facts: &'f Facts) -> Result<&'f VnetPlacement, Inconclusive> {
    let path = facts.azure_network.as_ref()?;
    match path.placement.as_ref()? {
        Some(inside) => Ok(inside),
        None => Err(Inconclusive::not_applicable(
            "the server that migrates stands in no virtual network",
        )),
    }
}

/// Returns the port of the source.
pub(super) fn source_port(facts: &Facts) -> u16 {
    facts.migration.source.as_ref().map_or(5432, |s| s.port)
}

/// Formats `--subscription … --resource-group … --name …` of a resource.
pub(super) fn resource_flags(id: &ResourceId, name_flag: &str) -> String {
    use crate::commands::quote::quote_bash;
    format!(
        "--subscription {} --resource-group {} {name_flag} {}",
        quote_bash(id.subscription()),
        quote_bash(id.resource_group()),
        quote_bash(id.name())
    )
}

/// Enables a setting of a peering of `network`. The owner of the network decides about it.
pub(super) fn enable_peering_setting(
    network: &ResourceId,
    peering: &str,
    setting: &str,
) -> FixStep {
    use crate::commands::quote::{az_step, quote_bash};
    let set = format!(
        "az network vnet peering update {} --name {} --set {setting}=true",
        resource_flags(network, "--vnet-name"),
        quote_bash(peering)
    );
    az_step(set).for_decision()
}
