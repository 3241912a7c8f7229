pub mod azure_network;
pub mod exposure;
pub mod source_network;
