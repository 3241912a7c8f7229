//! The path from the target to the source.

mod network_private_to_public;
mod source_address_unroutable;
mod source_behind_pooler;
mod source_hba_rejects_target;
mod source_host_not_an_address;
mod source_ipv6_only;
mod source_listens_locally;
mod source_port_unusual;
mod source_tls_off;

use super::{Check, Unanswered};
use crate::facts::Facts;
use crate::plan::SourceServer;

/// The checks of this area, in the order of the report.
pub const ALL: &[&Check] = &[
    &network_private_to_public::CHECK,
    &source_port_unusual::CHECK,
    &source_ipv6_only::CHECK,
    &source_tls_off::CHECK,
    &source_listens_locally::CHECK,
    &source_hba_rejects_target::CHECK,
    &source_host_not_an_address::CHECK,
    &source_address_unroutable::CHECK,
    &source_behind_pooler::CHECK,
];

/// The source, as the plan describes it.
fn source<'f>(facts: &Facts<'f>) -> Result<&'f SourceServer, Unanswered> {
    let source = facts.migration.source.as_ref();
    source.ok_or_else(|| Unanswered::not_applicable("no source was given"))
}
