//! Checks that the migration user can use logical replication on the source. Since 0.1.0.
//! `REPLICATION` is a role attribute, which membership in another role does not grant.
//! Amazon RDS and Aurora use the role `rds_replication` instead.

use crate::checks::{Check, Finding, Findings, Judged, Needs, Official, Severity, Step, command};
use crate::facts::Facts;
use crate::plan::{Mode, SourceKind};

pub const CHECK: Check = Check {
    id: "replication-right-missing",
    title: "The migration user may not read the change stream",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Source,
    mode: Some(Mode::Online),
    official: &[Official::ServiceError(603104)],
    why: "An online migration creates replication slots on the source and reads changes from them, which takes the attribute \
          REPLICATION, or on Amazon RDS and Aurora membership in `rds_replication`.",
    fix: "Give the migration user the right that this kind of source asks for.",
    look: "SELECT rolname, rolsuper, rolreplication FROM pg_roles WHERE rolname = '<migration user>'",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/concepts-required-user-permissions",
    run,
};

/// The role that replaces the `REPLICATION` attribute on Amazon RDS and Aurora.
const AMAZONS: &str = "rds_replication";

fn run(facts: &Facts) -> Judged {
    let access = facts.access.as_ref()?;
    let user = access.migration_user.as_ref()?;
    if user.is_superuser || user.replication {
        return Ok(Findings::none());
    }
    let kind = facts.source_kind()?;
    let name = command::identifier(&user.name);
    use SourceKind::{Aws, AwsAurora, AwsRds};
    let is_amazon = matches!(kind, Aws | AwsRds | AwsAurora);
    let (lacks, fix, back) = if is_amazon {
        let roles = access.roles.as_ref()?;
        if roles
            .find(AMAZONS)
            .is_some_and(|r| r.user_has == Some(true))
        {
            return Ok(Findings::none());
        }
        (
            format!("is no member of `{AMAZONS}`"),
            format!("GRANT {AMAZONS} TO {name};"),
            format!("REVOKE {AMAZONS} FROM {name};"),
        )
    } else {
        (
            "has not the attribute REPLICATION".to_owned(),
            format!("ALTER ROLE {name} REPLICATION;"),
            format!("ALTER ROLE {name} NOREPLICATION;"),
        )
    };
    let back = Step::sql(None, back).afterwards();
    let message = format!("`{}` {lacks}, which an online migration needs", user.name);
    Ok(Finding::new(format!("role/{}", user.name), message)
        .evidence("rolsuper", user.is_superuser)
        .evidence("rolreplication", user.replication)
        .fix(Step::sql(None, fix).by_script())
        .fix(back.note("afterwards, on the source"))
        .into())
}
