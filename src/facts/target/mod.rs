pub mod allowed_values;
pub mod capabilities;
pub mod replicas;
pub mod server;
pub mod service;
pub mod target_parameters;
pub mod target_sql;
