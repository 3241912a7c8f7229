//! What could not be seen before: whether a finding may have been there all along.

use crate::report::value::{CheckReport, FindingReport, MissingReport};
use crate::verdict::Status;

/// Whether all that the check asks was answered.
pub(super) fn is_known(check: &CheckReport) -> bool {
    check.missing.is_empty() && check.status != Status::Unknown
}

/// Whether the check, as it was, could not have seen this. Where only some databases had no answer, what is found in
/// another one is not excused by them.
pub(super) fn was_hidden(was: &CheckReport, finding: &FindingReport) -> bool {
    let may_hide = |m: &MissingReport| match (asked_in(m), found_in(&finding.object)) {
        (Some(asked), Some(its)) => asked == its,
        _ => true,
    };
    was.status == Status::Unknown || was.missing.iter().any(may_hide)
}

/// The database of the source that has no answer.
fn asked_in(missing: &MissingReport) -> Option<&str> {
    let question = missing.question.as_deref()?;
    match question.strip_prefix("sql:source/") {
        Some(rest) => Some(rest.rsplit_once('/')?.0),
        None => question.strip_prefix("connection:source/"),
    }
}

/// The database that an object lies in, by the grammar of objects.
fn found_in(object: &str) -> Option<&str> {
    let parts: Vec<&str> = object.splitn(3, '/').collect();
    match parts[..] {
        ["database" | "extension", database, ..] => Some(database),
        [database, _, _] => Some(database),
        _ => None,
    }
}
