//! Helpers for checks of the virtual network: the placement of the connecting server, and az flags of its resources.

use crate::checks::{Step, Unanswered};
use crate::facts::Facts;
use crate::facts::path::Inside;
use crate::plan::ResourceId;

/// Returns the placement of the connecting server. Not applicable if the server is not in a virtual network.
pub(super) fn inside<'f>(facts: &'f Facts) -> Result<&'f Inside, Unanswered> {
    let path = facts.path.as_ref()?;
    match path.inside.as_ref()? {
        Some(inside) => Ok(inside),
        None => Err(Unanswered::not_applicable(
            "the server that migrates stands in no virtual network",
        )),
    }
}

/// Returns the port of the source.
pub(super) fn port(facts: &Facts) -> u16 {
    facts.migration.source.as_ref().map_or(5432, |s| s.port)
}

/// Formats `--subscription … --resource-group … --name …` of a resource.
pub(super) fn place(id: &ResourceId, name_flag: &str) -> String {
    use crate::checks::command::quote;
    format!(
        "--subscription {} --resource-group {} {name_flag} {}",
        quote(id.subscription()),
        quote(id.resource_group()),
        quote(id.name())
    )
}

/// Enables a setting of a peering of `network`. The owner of the network decides about it.
pub(super) fn allow(network: &ResourceId, peering: &str, what: &str) -> Step {
    use crate::checks::command::{az, quote};
    let set = format!(
        "az network vnet peering update {} --name {} --set {what}=true",
        place(network, "--vnet-name"),
        quote(peering)
    );
    az(set).by_person()
}
