//! Generates scripts for psql and the Azure CLI. Does not run anything.

pub mod fix;
pub mod grants;
