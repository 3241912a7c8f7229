//! Burstable servers run on credits, and a migration spends them. Since 0.1.0.
//! Whether the service takes such a target has changed: refused in early 2024, then in one region, allowed since 2025.

use crate::checks::{Check, Finding, Findings, Judged, Needs, Official, Severity, command};
use crate::facts::Facts;

pub const CHECK: Check = Check {
    id: "target-burstable",
    title: "The target's tier is Burstable",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Target,
    mode: None,
    official: &[Official::Prerequisite("sku")],
    why: "A Burstable server lives on processor credits, which a bulk load and its index builds use up; it can have \
          neither high availability nor read replicas afterwards.",
    fix: "Scale to General Purpose or Memory Optimized at least for the migration.",
    look: "az postgres flexible-server show --resource-group <group> --name <name> --query sku",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/best-practices-migration-service-postgresql",
    run,
};

fn run(facts: &Facts) -> Judged {
    let server = facts.server.as_ref()?;
    let sku = server.sku.as_ref()?;
    if !sku.tier.eq_ignore_ascii_case("Burstable") {
        return Ok(Findings::none());
    }
    let scale = command::scale(
        &server.id,
        "--tier GeneralPurpose --sku-name Standard_D2ds_v5",
    );
    Ok(Finding::new(
        "server",
        format!("the target is a `{}` of tier `{}`", sku.name, sku.tier),
    )
    .evidence("sku", &sku.name)
    .fix(scale.note("or larger"))
    .into())
}
