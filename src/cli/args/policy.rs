//! Policy arguments: which checks run, and how outcomes are weighed.

use clap::Args as ClapArgs;

use crate::checks;
use crate::checks::Check;
use crate::cli::error::CliError;
use crate::config::policy_rules::{PolicyRules, unknown_check_message};
use crate::verdict::{FailOn, Policy};

/// How outcomes are weighed.
#[derive(Debug, Clone, ClapArgs)]
pub struct PolicyArgs {
    /// Run this check alone; give it once for each, or several with commas between
    #[arg(
        long = "check",
        value_name = "ID",
        value_delimiter = ',',
        help_heading = "Judging"
    )]
    checks: Vec<String>,
    /// Leave this check out; give it once for each, or several with commas between
    #[arg(
        long,
        value_name = "ID",
        value_delimiter = ',',
        help_heading = "Judging"
    )]
    skip: Vec<String>,
    /// From which verdict on the exit code is not 0
    #[arg(long, default_value = "blocker", help_heading = "Judging")]
    fail_on: FailOn,
    /// Count every check that could not be answered as what it would be if it failed
    #[arg(long, help_heading = "Judging")]
    strict: bool,
    /// Count this check as a note when it could not be answered; once for each, or with commas
    #[arg(
        long,
        value_name = "ID",
        value_delimiter = ',',
        help_heading = "Judging"
    )]
    allow_unknown: Vec<String>,
}

impl PolicyArgs {
    pub(crate) fn to_policy(&self) -> Result<Policy, CliError> {
        for id in self
            .checks
            .iter()
            .chain(&self.skip)
            .chain(&self.allow_unknown)
        {
            find_check(id)?;
        }
        Ok(Policy {
            strict: self.strict,
            allow_unknown: self.allow_unknown.clone(),
            only: self.checks.clone(),
            skip: self.skip.clone(),
            fail_on: self.fail_on,
            rules: PolicyRules::default(),
        })
    }
}

/// The check with this ID, or an error that suggests similar IDs.
pub(crate) fn find_check(id: &str) -> Result<&'static Check, CliError> {
    let unknown = || CliError::UnknownCheck(unknown_check_message(id, checks::all().map(|c| c.id)));
    checks::find(id).ok_or_else(unknown)
}
