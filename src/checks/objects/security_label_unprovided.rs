//! Checks that the target loads the provider of each security label. Since 0.1.0.
//! PostgreSQL rule: `SECURITY LABEL` requires that the provider's library is loaded.
//! If the target's `shared_preload_libraries` is known, it decides.

use super::per_database_checks::check_copy_hazards;
use crate::checks::{Check, CheckResult, Finding, Needs, Object, Severity};
use crate::facts::Facts;
use crate::reference::providers;

pub const CHECK: Check = Check {
    id: "security-label-unprovided",
    title: "Security labels are of a provider that the target does not load",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Source,
    mode: None,
    official: &[],
    why: "The statement that sets a label fails where no loaded library provides it: the labels (masking rules of `anon`, \
          contexts of `sepgsql`) are missing on the target, and what they hide is seen.",
    fix: "Load the provider on the target where it is offered (`shared_preload_libraries`), or remove the labels and protect the \
          data in another way.",
    verify: "SELECT provider, objtype, objname FROM pg_seclabels",
    link: "https://www.postgresql.org/docs/current/sql-security-label.html",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let mut findings = check_copy_hazards(
        facts,
        "security-label",
        |r| &r.security_labels,
        |database, row| {
            let object = Object::in_database(database, "security-label", &row.provider);
            let message = format!("objects have labels of the provider `{}`", row.provider);
            let finding = Finding::new(object, message + loaded_text(facts))
                .with_evidence("labels", row.labels)
                .with_evidence("one of them on", &row.example);
            (!is_loaded(facts, &row.provider)).then_some(finding)
        },
    )?;
    let relations = facts.copy_hazards.as_ref()?;
    let shared = findings.require(&relations.shared_security_labels);
    for row in shared.into_iter().flat_map(|labels| &labels.rows) {
        if !is_loaded(facts, &row.provider) {
            let (kind, name) = (&row.object_kind, &row.object);
            let message = format!(
                "{kind} `{name}` has a label of the provider `{}`",
                row.provider
            );
            findings.push(Finding::new(
                Object::Shared {
                    kind: kind.clone(),
                    name: name.clone(),
                },
                message + loaded_text(facts),
            ));
        }
    }
    Ok(findings)
}

/// Returns whether the target is known to load the provider. All known libraries have the name of their provider.
/// Labels of a cloud provider's own library are not migrated, such as those of `pgaadauth` on Microsoft Entra roles.
fn is_loaded(facts: &Facts, provider: &str) -> bool {
    providers::is_provider_library(provider)
        || preloaded_libraries(facts)
            .is_some_and(|value| value.split(',').any(|l| l.trim() == provider))
}

fn preloaded_libraries<'f>(facts: &'f Facts) -> Option<&'f str> {
    let configurations = facts.target_parameters.as_ref().ok()?;
    let value = configurations.get("shared_preload_libraries").ok()?;
    Some(&value.value)
}

fn loaded_text(facts: &Facts) -> &'static str {
    match preloaded_libraries(facts) {
        Some(_) => ", which the target does not load",
        None => "; whether the target loads it is not known",
    }
}
