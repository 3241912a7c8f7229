//! Checks the two target parameters that make the service skip data. Since 0.1.0.
//! Only newer flexible servers have them.

use crate::checks::{Check, CheckResult, Finding, Findings, Inconclusive, Needs, Object, Severity};
use crate::commands::quote;
use crate::facts::{Facts, Missing};

pub const CHECK: Check = Check {
    id: "migration-skips-data",
    title: "The target is set to leave extensions or large objects behind",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Target,
    mode: None,
    official: &[],
    why: "What is skipped is missing afterwards without an error: the migration counts as a success.",
    fix: "Turn the parameter off, unless what it skips is carried over in another way.",
    verify: "az postgres flexible-server parameter list --resource-group <group> --server-name <name> --query \
           \"[?starts_with(name, 'azure.migration_skip')].{name:name,value:value}\"",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/concepts-migration-server-parameters",
    run,
};

/// Each parameter, and the data that it skips.
const SKIP_PARAMETERS: &[(&str, &str)] = &[
    (
        "azure.migration_skip_extensions",
        "extensions and the objects that need them",
    ),
    (
        "azure.migration_skip_large_objects",
        "all large objects (`pg_largeobject`)",
    ),
];

fn run(facts: &Facts) -> CheckResult {
    let configurations = facts.target_parameters.as_ref()?;
    let server = facts.server.as_ref()?;
    let mut findings = Findings::none();
    let mut exists = false;
    for (name, skipped) in SKIP_PARAMETERS {
        let found = configurations.find(name);
        let Some(Some(parameter)) = findings.require(&found) else {
            exists |= found.is_err();
            continue;
        };
        exists = true;
        let value = parameter.value.to_ascii_lowercase();
        if !["on", "off"].contains(&value.as_str()) {
            let reason = format!("`{name}` is `{}`, neither on nor off", parameter.value);
            findings.add_missing(&Missing::not_specified(reason, "set it to on or off"));
        }
        if value == "on" {
            let message = format!(
                "`{name}` is `on`: the migration leaves behind {skipped}{}",
                describe_extensions(facts, name)
            );
            findings.push(
                Finding::new(Object::parameter(*name), message)
                    .with_fix(quote::set_parameter(&server.id, name, "off").temporary()),
            );
        }
    }
    if !exists {
        return Err(Inconclusive::not_applicable(
            "the target has no such parameters",
        ));
    }
    Ok(findings)
}

/// Lists the source's extensions, if they are known and the parameter skips extensions.
fn describe_extensions(facts: &Facts, parameter: &str) -> String {
    let Ok(databases) = &facts.extensions else {
        return String::new();
    };
    let lists = databases.iter().filter_map(|d| d.extensions.as_ref().ok());
    let mut names: Vec<&str> = lists.flatten().map(|e| e.name.as_str()).collect();
    names.retain(|n| *n != "plpgsql");
    names.sort_unstable();
    names.dedup();
    if names.is_empty() || parameter != SKIP_PARAMETERS[0].0 {
        String::new()
    } else {
        format!(", here {}", names.join(", "))
    }
}
