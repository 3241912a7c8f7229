//! What tests of more than one subject share; nothing here asserts anything about flexready.

pub mod arm;
pub mod large;
pub mod pg;
pub mod program;
pub mod relay;
