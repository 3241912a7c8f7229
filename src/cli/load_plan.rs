//! Loads the plan file of `--plan`.

use std::path::Path;

use super::error::CliError;
use crate::config::plan_file::Plan;

/// The plan file at `path`, if specified. Its waivers and severities must refer to known checks.
///
/// # Errors
/// A plan that cannot be read or parsed.
pub(super) fn load_plan(path: Option<&Path>) -> Result<Option<Plan>, CliError> {
    let checks: Vec<&str> = crate::checks::all().map(|c| c.id).collect();
    let plan = path.map(|path| Plan::read(path, &checks));
    Ok(plan.transpose()?)
}
