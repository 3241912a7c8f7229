//! The table of removed features against real servers, and the checks that use it.

mod checks;
mod table;
