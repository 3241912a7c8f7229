//! All integration tests in one program, which is linked only once.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]

mod access;
mod arm;
mod check;
mod cost;
mod coverage;
mod depth;
mod fix;
mod fixtures;
mod fleet;
mod hostile;
mod layers;
mod objects;
mod pair;
mod path;
mod postgres;
mod proof;
mod readme;
mod relations;
mod removed;
mod reports;
mod seeded;
mod servers;
mod share;
mod source;
mod stream;
mod support;
mod user_objects;
mod worlds;
