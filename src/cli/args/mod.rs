pub mod connection;
pub mod duration;
pub mod migration;
