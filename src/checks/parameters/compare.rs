//! Compares the parameters changed on the source with those of the target. Both parameter checks use the result.

use crate::checks::replication::required_settings::is_required_value;
use crate::checks::{Findings, Inconclusive};
use crate::facts::Facts;
use crate::facts::parameter_value::{ParameterValue, convert_unit, format_with_unit, normalize};
use crate::facts::source::source_parameters::SourceParameter;
use crate::facts::target::target_parameters::TargetParameter;
use crate::reference::parameter_semantics;

/// The state on the target of a parameter that the source changed.
pub(super) enum ParameterState<'f> {
    /// The value differs, and the source's value can be set. That value is in the target's unit.
    Differs {
        there: &'f TargetParameter,
        wanted: String,
    },
    /// The value differs, and the source's value cannot be set.
    NotSettable {
        there: &'f TargetParameter,
        why: String,
    },
    /// The target does not have this parameter.
    Absent,
}

/// A parameter that the source changed and that differs on the target.
pub(super) struct ParameterDifference<'f> {
    pub setting: &'f SourceParameter,
    pub state: ParameterState<'f>,
}

impl ParameterDifference<'_> {
    /// Formats the source's value with its unit.
    pub fn source_value(&self) -> String {
        format_with_unit(
            self.setting.reset_val.as_deref().unwrap_or(""),
            self.setting.unit.as_deref(),
        )
    }
}

/// Formats the target's value with its unit.
pub(super) fn display_target_value(there: &TargetParameter) -> String {
    format_with_unit(&there.value, there.unit.as_deref())
}

/// Returns all differences by parameter name. Values that the source only has for an online migration are excluded.
/// Target parameters that could not be read are added to `findings` as missing.
pub(super) fn parameter_differences<'f>(
    facts: &'f Facts,
    findings: &mut Findings,
) -> Result<Vec<ParameterDifference<'f>>, Inconclusive> {
    let settings = facts.source_parameters.as_ref()?;
    let configurations = facts.target_parameters.as_ref()?;
    let changed = settings
        .iter()
        .filter(|s| s.is_customized() && parameter_semantics::is_comparable(&s.name))
        .filter(|s| !is_required_value(facts, s));
    let mut all = Vec::new();
    for setting in changed {
        match configurations.find(&setting.name) {
            Err(missing) => findings.add_missing(&missing),
            Ok(None) => all.push(ParameterDifference {
                setting,
                state: ParameterState::Absent,
            }),
            Ok(Some(there)) => {
                all.extend(
                    compare_parameter(setting, there).map(|standing| ParameterDifference {
                        setting,
                        state: standing,
                    }),
                );
            }
        }
    }
    Ok(all)
}

/// Compares one parameter. Returns `None` if both values are equivalent.
fn compare_parameter<'f>(
    setting: &SourceParameter,
    there: &'f TargetParameter,
) -> Option<ParameterState<'f>> {
    let source_value = setting.reset_val.as_deref().unwrap_or("");
    let is_bool = setting.vartype == "bool";
    // Azure omits the unit if it is the default unit of PostgreSQL.
    let unit = there.unit.as_deref().or(setting.unit.as_deref());
    let same = normalize(
        &setting.name,
        source_value,
        setting.unit.as_deref(),
        is_bool,
    ) == normalize(&setting.name, &there.value, unit, is_bool);
    if same {
        return None;
    }
    if parameter_semantics::can_be_larger(&setting.name)
        && is_target_larger(setting, source_value, there, unit)
    {
        return None;
    }
    if there.is_read_only {
        return Some(ParameterState::NotSettable {
            there,
            why: "the target does not let it be changed".to_owned(),
        });
    }
    let converted = convert_source_value(setting, source_value, unit, is_bool);
    let converted = there
        .allowed_values
        .with_matching_case(&converted)
        .unwrap_or(converted);
    Some(match there.allowed_values.allows(&converted) {
        Some(false) => ParameterState::NotSettable {
            there,
            why: format!("the target allows {}", there.allowed_values.describe()),
        },
        _ => ParameterState::Differs {
            there,
            wanted: converted,
        },
    })
}

fn is_target_larger(
    setting: &SourceParameter,
    here: &str,
    there: &TargetParameter,
    unit: Option<&str>,
) -> bool {
    let number = |text: &str, unit: Option<&str>| match normalize(&setting.name, text, unit, false)
    {
        ParameterValue::Number(number) if number >= 0.0 => Some(number),
        _ => None,
    };
    let (source, target) = (
        number(here, setting.unit.as_deref()),
        number(&there.value, unit),
    );
    source
        .zip(target)
        .is_some_and(|(source, target)| target > source)
}

/// Converts the source's value to the target's unit. Fractions of integer parameters are rounded up.
fn convert_source_value(
    setting: &SourceParameter,
    here: &str,
    unit: Option<&str>,
    is_bool: bool,
) -> String {
    if is_bool {
        return here.to_owned();
    }
    let converted =
        convert_unit(here, setting.unit.as_deref(), unit).unwrap_or_else(|| here.to_owned());
    match (setting.vartype.as_str(), converted.parse::<f64>()) {
        ("integer", Ok(number)) if number.fract() != 0.0 => format!("{:.0}", number.ceil()),
        _ => converted,
    }
}
