//! The documented prerequisites require a target without read replicas until the migration completes. Since 0.1.0.

use super::target_locked;
use crate::checks::{
    Check, CheckResult, Finding, Findings, Needs, Object, ObjectKind, OfficialRule, Severity,
};
use crate::commands::quote;
use crate::facts::Facts;
use crate::facts::target::replicas::Replica;
use crate::facts::target::service::locks::ManagementLock;

pub const CHECK: Check = Check {
    id: "target-has-read-replicas",
    title: "The target has read replicas",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Target,
    mode: None,
    official: &[OfficialRule::Prerequisite("replicas")],
    why: "The migration service asks for a target without read replicas: they are to be made again only when the \
          migration is complete.",
    fix: "Delete the replicas now, and create them again after the migration.",
    verify: "az postgres flexible-server replica list --resource-group <group> --name <name> --output table",
    link: "https://learn.microsoft.com/azure/postgresql/read-replica/concepts-read-replicas",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let replicas = facts.replicas.as_ref()?;
    Ok(Findings {
        items: replicas.iter().map(|r| finding(facts, r)).collect(),
        missing: Vec::new(),
    })
}

fn finding(facts: &Facts, replica: &Replica) -> Finding {
    let name = &replica.id.name;
    let mut message = format!("`{name}` is a read replica of the target");
    let mut finding = Finding::new(Object::named(ObjectKind::Replica, name), "");
    if let Ok(details) = &replica.details {
        let sku = details.sku.as_deref().unwrap_or("unknown SKU");
        message.push_str(&format!(" in {}, {sku}", details.location));
        finding = finding
            .with_evidence("location", &details.location)
            .with_evidence("sku", sku);
    }
    let locks = facts.service.as_ref().ok();
    let locks = locks.and_then(|s| s.locks.as_deref().ok());
    let blocking_locks: Option<Vec<&ManagementLock>> =
        locks.map(|all| all.iter().filter(|l| l.covers(&replica.id)).collect());
    for lock in blocking_locks.iter().flatten() {
        let (name, on) = (&lock.name, lock.scope_label());
        message.push_str(&format!(
            "; lock `{name}` on {on} keeps it from being deleted"
        ));
    }
    finding.message = message;
    let finding = finding.with_evidence("id", &replica.id);
    let delete = quote::delete_replica(&replica.id);
    match blocking_locks.as_deref() {
        None => finding.with_fix(delete.for_decision().with_note("if no lock keeps it")),
        // The configuration of the replica is not known, so it could not be recreated automatically.
        Some([]) if replica.details.is_err() => finding.with_fix(
            delete
                .for_decision()
                .with_note("when its SKU, storage and place are written down"),
        ),
        Some([]) => finding.with_fix(delete),
        // The lock must be handled first. Otherwise a script would fail at the replica.
        Some(locks) => locks
            .iter()
            .fold(finding, |f, lock| {
                f.with_fix(target_locked::removal_step(lock))
            })
            .with_fix(delete.for_decision()),
    }
}
