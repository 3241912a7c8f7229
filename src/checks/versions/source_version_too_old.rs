//! The first documented prerequisite: PostgreSQL 9.5 or newer. Since 0.1.0.

use crate::checks::{Check, CheckResult, Finding, Findings, Needs, Object, OfficialRule, Severity};
use crate::facts::Facts;

/// The oldest source version that the migration service supports, as `server_version_num`.
const MIN_VERSION_NUM: u32 = 90_500;

pub const CHECK: Check = Check {
    id: "source-version-too-old",
    title: "The source is older than PostgreSQL 9.5",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Source,
    mode: None,
    official: &[
        OfficialRule::Prerequisite("version"),
        OfficialRule::ServiceError(603400),
        OfficialRule::AzureMigrate("version"),
    ],
    why: "The migration service reads sources from PostgreSQL 9.5 on.",
    fix: "Upgrade the source to 9.5 or newer first.",
    verify: "SHOW server_version",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/troubleshoot-error-codes",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let version = facts.source_version()?;
    if version.num() >= MIN_VERSION_NUM {
        return Ok(Findings::none());
    }
    Ok(Finding::new(
        Object::Server,
        format!("the source runs PostgreSQL {version}"),
    )
    .with_evidence("server_version_num", version.num())
    .into())
}
