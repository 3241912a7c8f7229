//! Checks that are decided on and not written yet, with the official rules that they will stand for, so that the coverage
//! table can tell "not yet" from "not at all". As of 2026-11-22. Whoever adds one of these checks takes out its line here.

use super::Official;

/// Ids and what they will stand for, in the order of the report. Empty: every check of the catalogue is written.
pub const PLANNED: &[(&str, &[Official])] = &[];
