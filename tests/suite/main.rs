//! Every integration test, in one program: it links once.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]

mod arm;
mod fixtures;
mod postgres;
mod servers;
mod support;
mod user_objects;
mod worlds;
