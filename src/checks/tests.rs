//! What holds for the list of checks as a whole.
use super::*;
