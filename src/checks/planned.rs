//! Checks that are planned but not implemented, with the official rules that they will cover. The coverage table uses
//! the list. As of 2026-11-22. Remove a line here when you add its check.

use super::OfficialRule;

/// Check IDs and their official rules, in report order. Empty: every check of the catalog exists.
pub const PLANNED: &[(&str, &[OfficialRule])] = &[];
