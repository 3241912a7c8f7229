//! Whether the earlier run could have seen a finding.

use crate::report::value::{CheckReport, FindingReport, MissingReport};
use crate::verdict::Status;

/// Returns whether every question of the check has an answer.
pub(super) fn is_known(check: &CheckReport) -> bool {
    check.missing.is_empty() && check.status != Status::Unknown
}

/// Returns whether the earlier check could not have seen this finding. A missing answer in one database does not hide
/// findings in another database.
pub(super) fn was_hidden(was: &CheckReport, finding: &FindingReport) -> bool {
    let may_hide = |m: &MissingReport| match (asked_in(m), found_in(&finding.object)) {
        (Some(asked), Some(its)) => asked == its,
        _ => true,
    };
    was.status == Status::Unknown || was.missing.iter().any(may_hide)
}

/// Returns the source database whose answer is missing.
fn asked_in(missing: &MissingReport) -> Option<&str> {
    let question = missing.question.as_deref()?;
    match question.strip_prefix("sql:source/") {
        Some(rest) => Some(rest.rsplit_once('/')?.0),
        None => question.strip_prefix("connection:source/"),
    }
}

/// Returns the database of an object, from the format of object names.
fn found_in(object: &str) -> Option<&str> {
    let parts: Vec<&str> = object.splitn(3, '/').collect();
    match parts[..] {
        ["database" | "extension", database, ..] => Some(database),
        [database, _, _] => Some(database),
        _ => None,
    }
}
