//! Every integration test, in one program: it links once.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]

mod arm;
mod check;
mod fixtures;
mod layers;
mod path;
mod postgres;
mod readme;
mod servers;
mod stream;
mod support;
mod worlds;
