//! A lock that prevents writes prevents the migration, which is a child resource of the server. Since 0.1.0.

use crate::checks::{Check, Finding, Findings, Judged, Needs, Official, Severity, Step, command};
use crate::facts::Facts;
use crate::facts::service::locks::Lock;

pub const CHECK: Check = Check {
    id: "target-locked",
    title: "A management lock lies on the target",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Target,
    mode: None,
    official: &[Official::Prerequisite("target")],
    why: "A lock of level `ReadOnly` on the server, its resource group or its subscription lets nobody create a migration, \
          change a parameter or scale; `CanNotDelete` keeps read replicas, which have to go before a migration, and finished \
          migrations from being deleted.",
    fix: "Have the lock removed for the time of the migration, and put it back afterwards.",
    look: "az lock list --resource-group <group> --resource-name <name> --resource-type \
           Microsoft.DBforPostgreSQL/flexibleServers --output table",
    link: "https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources",
    run,
};

fn run(facts: &Facts) -> Judged {
    let locks = facts.service.as_ref()?.locks.as_ref()?;
    let mut findings = Findings::none();
    for lock in locks {
        let Some(level) = findings.know(&lock.level).cloned() else {
            continue;
        };
        let mut finding = finding(lock, &level);
        if lock.is_read_only()? {
            findings.push(finding);
            continue;
        }
        let replicas = findings.know(&facts.replicas);
        let kept = replicas.and_then(|all| all.iter().find(|r| lock.covers(&r.id)));
        findings.push(match kept {
            // The replica must be deleted before the migration.
            Some(replica) => {
                let kept = format!(", which keeps read replica `{}`", replica.id.name);
                finding.message.push_str(&kept);
                finding.milder(Severity::Warning)
            }
            None => finding.milder(Severity::Note),
        });
    }
    Ok(findings)
}

/// Deletes the lock. A lock on a resource group or subscription also protects other resources, so a script does not
/// delete it.
pub(super) fn removal(lock: &Lock) -> Step {
    let delete = command::delete_lock(&lock.id, lock.subscription());
    if lock.is_on_server() {
        delete
    } else {
        delete.by_person()
    }
}

fn finding(lock: &Lock, level: &str) -> Finding {
    let message = format!(
        "lock `{}` of level `{level}` lies on {}",
        lock.name,
        lock.scope()
    );
    Finding::new(format!("lock/{}", lock.name), message)
        .evidence("level", level)
        .evidence("id", &lock.id)
        .fix(removal(lock))
}
