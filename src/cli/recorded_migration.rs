//! Reads one migration of a recording, and writes the recording of one migration.

use super::args::migration::MigrationArgs;
use super::error::CliError;
use crate::backend::recording::{Recorder, Recording};
use crate::backend::redact;
use crate::config::Migration;
use crate::config::policy_rules::PolicyRules;
use crate::question::Answers;

/// The selected migration of a recording with the options of the command line, and the policy rules of the plan.
///
/// # Errors
/// No such migration, an invalid plan or option.
pub(super) fn select_migration(
    recording: &Recording,
    args: &MigrationArgs,
) -> Result<(Migration, PolicyRules), CliError> {
    let mut migration = find_migration(recording, args.migration.as_deref())?;
    let rules = args.read_plan()?.map(|plan| plan.rules);
    args.options.apply_to(&mut migration)?;
    Ok((migration, rules.unwrap_or_default()))
}

/// Writes a recording, with pseudonyms if `redact` is set. Returns the number of withheld answers.
pub(super) fn write_recording(
    recorder: &Recorder,
    migration: &Migration,
    answers: &Answers,
    redact: bool,
) -> Result<usize, CliError> {
    if !redact {
        return Ok(recorder.write(std::slice::from_ref(migration), answers)?);
    }
    let (migration, answers) = redact::redact(migration, answers);
    Ok(recorder.write(&[migration], &answers)?)
}

/// The maximum number of names in an error.
const MAX_LISTED_NAMES: usize = 10;

/// The migration with this name in a recording; without a name, its only migration.
pub(super) fn find_migration(
    recording: &Recording,
    name: Option<&str>,
) -> Result<Migration, CliError> {
    let all = recording.migrations();
    match (name, all) {
        (_, []) => Err(CliError::EmptyRecording),
        (None, [only]) => Ok(only.clone()),
        (None, all) => Err(CliError::AmbiguousRecording {
            count: all.len(),
            names: list_names(all),
        }),
        (Some(name), all) => {
            let found = all.iter().find(|m| m.name == name);
            found
                .cloned()
                .ok_or_else(|| CliError::MigrationNotRecorded {
                    name: name.to_owned(),
                    names: list_names(all),
                })
        }
    }
}

/// The first names, because a fleet can have thousands.
fn list_names(all: &[Migration]) -> String {
    let first = all.iter().take(MAX_LISTED_NAMES).map(|m| m.name.as_str());
    let mut names: Vec<&str> = first.collect();
    if all.len() > MAX_LISTED_NAMES {
        names.push("…");
    }
    names.join(", ")
}
