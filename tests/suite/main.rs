//! Every integration test, in one program: it links once.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]

mod postgres;
mod support;
