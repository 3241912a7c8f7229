//! The documented prerequisites ask for a target without read replicas until the migration is done. Since 0.1.0.

use crate::checks::{Check, Finding, Findings, Judged, Needs, Official, Severity, command};
use crate::facts::Facts;
use crate::facts::replicas::Replica;

pub const CHECK: Check = Check {
    id: "target-has-read-replicas",
    title: "The target has read replicas",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Target,
    mode: None,
    official: &[Official::Prerequisite("replicas")],
    why: "The migration service asks for a target without read replicas: they are to be made again only when the \
          migration is complete.",
    fix: "Delete the replicas now, and create them again after the migration.",
    look: "az postgres flexible-server replica list --resource-group <group> --name <name> --output table",
    link: "https://learn.microsoft.com/azure/postgresql/read-replica/concepts-read-replicas",
    run,
};

fn run(facts: &Facts) -> Judged {
    let replicas = facts.replicas.as_ref()?;
    Ok(Findings {
        found: replicas.iter().map(finding).collect(),
        missing: Vec::new(),
    })
}

fn finding(replica: &Replica) -> Finding {
    let name = &replica.id.name;
    let mut message = format!("`{name}` is a read replica of the target");
    let mut finding = Finding::new(format!("replica/{name}"), "");
    if let Ok(details) = &replica.details {
        let sku = details.sku.as_deref().unwrap_or("unknown SKU");
        message.push_str(&format!(" in {}, {sku}", details.location));
        finding = finding
            .evidence("location", &details.location)
            .evidence("sku", sku);
    }
    finding.message = message;
    finding
        .evidence("id", &replica.id)
        .fix(command::delete_replica(&replica.id))
}
