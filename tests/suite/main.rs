//! Every integration test, in one program: it links once.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]

mod arm;
mod check;
mod fixtures;
mod layers;
mod pair;
mod postgres;
mod readme;
mod relations;
mod removed;
mod servers;
mod support;
mod user_objects;
mod worlds;
