//! Checks for parameters that the source changed and that cannot be set on the target. Since 0.1.0.
//! No command fixes this, so the application must work without the value.

use super::compare::{
    ParameterDifference, ParameterState, display_target_value, parameter_differences,
};
use crate::checks::{Check, CheckResult, Finding, Findings, Needs, Object, OfficialRule, Severity};
use crate::facts::Facts;

pub const CHECK: Check = Check {
    id: "parameter-not-settable",
    title: "A server parameter that the source changed cannot be set on the target",
    severity: Severity::Note,
    unknown: Severity::Note,
    needs: Needs::Pair,
    mode: None,
    official: &[OfficialRule::Prerequisite("parameters")],
    why: "A flexible server keeps some parameters to itself, limits others, and a newer major has dropped some.",
    fix: "Decide whether the application depends on the value; where it does, set it for a role or a database, or change \
          the application.",
    verify: "az postgres flexible-server parameter list --resource-group <group> --server-name <name> --query \
           \"[?isReadOnly].name\"",
    link: "https://learn.microsoft.com/azure/postgresql/server-parameters/concepts-server-parameters",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let mut findings = Findings::none();
    let all = parameter_differences(facts, &mut findings)?;
    findings.items = all.iter().filter_map(finding).collect();
    Ok(findings)
}

fn finding(difference: &ParameterDifference) -> Option<Finding> {
    let name = &difference.setting.name;
    let here = difference.source_value();
    let (message, there) = match &difference.state {
        ParameterState::Differs { .. } => return None,
        ParameterState::Absent => (
            format!("`{name}` is `{here}` on the source; the target has no such parameter"),
            "absent".to_owned(),
        ),
        ParameterState::NotSettable { there, why } => {
            let there = display_target_value(there);
            (
                format!("`{name}` is `{here}` on the source and `{there}` on the target: {why}"),
                there,
            )
        }
    };
    Some(
        Finding::new(Object::parameter(name), message)
            .with_evidence("source", here)
            .with_evidence("target", there),
    )
}
