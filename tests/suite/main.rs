//! Every integration test, in one program: it links once.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]

mod arm;
mod check;
mod depth;
mod fixtures;
mod layers;
mod postgres;
mod readme;
mod servers;
mod support;
mod worlds;
