//! A lock that prevents writes prevents the migration, which is a child resource of the server. Since 0.1.0.

use crate::checks::{
    Check, CheckResult, Finding, Findings, FixStep, Needs, Object, ObjectKind, OfficialRule,
    Severity,
};
use crate::commands::quote;
use crate::facts::Facts;
use crate::facts::target::service::locks::ManagementLock;

pub const CHECK: Check = Check {
    id: "target-locked",
    title: "A management lock lies on the target",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Target,
    mode: None,
    official: &[OfficialRule::Prerequisite("target")],
    why: "A lock of level `ReadOnly` on the server, its resource group or its subscription lets nobody create a migration, \
          change a parameter or scale; `CanNotDelete` keeps read replicas, which have to go before a migration, and finished \
          migrations from being deleted.",
    fix: "Have the lock removed for the time of the migration, and put it back afterwards.",
    verify: "az lock list --resource-group <group> --resource-name <name> --resource-type \
           Microsoft.DBforPostgreSQL/flexibleServers --output table",
    link: "https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let locks = facts.service.as_ref()?.locks.as_ref()?;
    let mut findings = Findings::none();
    for lock in locks {
        let Some(level) = findings.require(&lock.level).cloned() else {
            continue;
        };
        let mut finding = finding(lock, &level);
        if lock.is_read_only()? {
            findings.push(finding);
            continue;
        }
        let replicas = findings.require(&facts.replicas);
        let protected_replica = replicas.and_then(|all| all.iter().find(|r| lock.covers(&r.id)));
        findings.push(match protected_replica {
            // The replica must be deleted before the migration.
            Some(replica) => {
                let kept = format!(", which keeps read replica `{}`", replica.id.name);
                finding.message.push_str(&kept);
                finding.with_severity(Severity::Warning)
            }
            None => finding.with_severity(Severity::Note),
        });
    }
    Ok(findings)
}

/// Deletes the lock. A lock on a resource group or subscription also protects other resources, so a script does not
/// delete it.
pub(super) fn removal_step(lock: &ManagementLock) -> FixStep {
    let delete = quote::delete_lock(&lock.id, lock.subscription());
    if lock.is_on_server() {
        delete
    } else {
        delete.for_decision()
    }
}

fn finding(lock: &ManagementLock, level: &str) -> Finding {
    let message = format!(
        "lock `{}` of level `{level}` lies on {}",
        lock.name,
        lock.scope_label()
    );
    Finding::new(Object::named(ObjectKind::Lock, &lock.name), message)
        .with_evidence("level", level)
        .with_evidence("id", &lock.id)
        .with_fix(removal_step(lock))
}
