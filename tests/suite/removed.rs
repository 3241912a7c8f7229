//! The table of removals against real servers, and the checks that it drives.

mod checks;
mod table;
