//! Checks that the migration user can use logical replication on the source. Since 0.1.0.
//! `REPLICATION` is a role attribute, which membership in another role does not grant.
//! Amazon RDS and Aurora use the role `rds_replication` instead.

use crate::checks::{
    Check, CheckResult, Finding, Findings, FixStep, Needs, Object, OfficialRule, Severity,
};
use crate::commands::quote;
use crate::config::MigrationMode;
use crate::facts::Facts;

pub const CHECK: Check = Check {
    id: "replication-right-missing",
    title: "The migration user may not read the change stream",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Source,
    mode: Some(MigrationMode::Online),
    official: &[OfficialRule::ServiceError(603104)],
    why: "An online migration creates replication slots on the source and reads changes from them, which takes the attribute \
          REPLICATION, or on Amazon RDS and Aurora membership in `rds_replication`.",
    fix: "Give the migration user the right that this kind of source asks for.",
    verify: "SELECT rolname, rolsuper, rolreplication FROM pg_roles WHERE rolname = '<migration user>'",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/concepts-required-user-permissions",
    run,
};

/// The role that replaces the `REPLICATION` attribute on Amazon RDS and Aurora.
const RDS_REPLICATION_ROLE: &str = "rds_replication";

fn run(facts: &Facts) -> CheckResult {
    let access = facts.privileges.as_ref()?;
    let user = access.migration_user.as_ref()?;
    if user.is_superuser || user.replication {
        return Ok(Findings::none());
    }
    let kind = facts.source_kind()?;
    let name = quote::quote_identifier(&user.name);
    use crate::config::SourceKind::{Aws, AwsAurora, AwsRds};
    let is_amazon = matches!(kind, Aws | AwsRds | AwsAurora);
    let (lacks, fix, back) = if is_amazon {
        let roles = access.roles.as_ref()?;
        if roles
            .find(RDS_REPLICATION_ROLE)
            .is_some_and(|r| r.user_has == Some(true))
        {
            return Ok(Findings::none());
        }
        (
            format!("is no member of `{RDS_REPLICATION_ROLE}`"),
            format!("GRANT {RDS_REPLICATION_ROLE} TO {name};"),
            format!("REVOKE {RDS_REPLICATION_ROLE} FROM {name};"),
        )
    } else {
        (
            "has not the attribute REPLICATION".to_owned(),
            format!("ALTER ROLE {name} REPLICATION;"),
            format!("ALTER ROLE {name} NOREPLICATION;"),
        )
    };
    let back = FixStep::sql(back).afterwards();
    let message = format!("`{}` {lacks}, which an online migration needs", user.name);
    Ok(Finding::new(Object::role(&user.name), message)
        .with_evidence("rolsuper", user.is_superuser)
        .with_evidence("rolreplication", user.replication)
        .with_fix(FixStep::sql(fix).for_script())
        .with_fix(back.with_note("on the source"))
        .into())
}
