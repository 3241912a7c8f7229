//! Compares the parameters changed on the source with those of the target. Both parameter checks use the result.

use crate::checks::replication::asked::is_asked;
use crate::checks::{Findings, Unanswered};
use crate::facts::Facts;
use crate::facts::configurations::Configuration;
use crate::facts::parameter::{Value, convert, readable, value};
use crate::facts::settings::Setting;
use crate::reference::parameters;

/// The state on the target of a parameter that the source changed.
pub(super) enum Standing<'f> {
    /// The value differs, and the source's value can be set. That value is in the target's unit.
    Differs {
        there: &'f Configuration,
        wanted: String,
    },
    /// The value differs, and the source's value cannot be set.
    Fixed {
        there: &'f Configuration,
        why: String,
    },
    /// The target does not have this parameter.
    Absent,
}

/// A parameter that the source changed and that differs on the target.
pub(super) struct Difference<'f> {
    pub setting: &'f Setting,
    pub standing: Standing<'f>,
}

impl Difference<'_> {
    /// Formats the source's value with its unit.
    pub fn here(&self) -> String {
        readable(
            self.setting.reset_val.as_deref().unwrap_or(""),
            self.setting.unit.as_deref(),
        )
    }
}

/// Formats the target's value with its unit.
pub(super) fn shown(there: &Configuration) -> String {
    readable(&there.value, there.unit.as_deref())
}

/// Returns all differences by parameter name. Values that the source only has for an online migration are excluded.
/// Target parameters that could not be read are added to `findings` as missing.
pub(super) fn differences<'f>(
    facts: &'f Facts,
    findings: &mut Findings,
) -> Result<Vec<Difference<'f>>, Unanswered> {
    let settings = facts.settings.as_ref()?;
    let configurations = facts.configurations.as_ref()?;
    let changed = settings
        .iter()
        .filter(|s| s.is_customised() && parameters::is_comparable(&s.name))
        .filter(|s| !is_asked(facts, s));
    let mut all = Vec::new();
    for setting in changed {
        match configurations.find(&setting.name) {
            Err(missing) => findings.unknown(&missing),
            Ok(None) => all.push(Difference {
                setting,
                standing: Standing::Absent,
            }),
            Ok(Some(there)) => {
                all.extend(
                    standing(setting, there).map(|standing| Difference { setting, standing }),
                );
            }
        }
    }
    Ok(all)
}

/// Compares one parameter. Returns `None` if both values are equivalent.
fn standing<'f>(setting: &Setting, there: &'f Configuration) -> Option<Standing<'f>> {
    let here = setting.reset_val.as_deref().unwrap_or("");
    let is_bool = setting.vartype == "bool";
    // Azure omits the unit if it is the default unit of PostgreSQL.
    let unit = there.unit.as_deref().or(setting.unit.as_deref());
    let same = value(&setting.name, here, setting.unit.as_deref(), is_bool)
        == value(&setting.name, &there.value, unit, is_bool);
    if same {
        return None;
    }
    if parameters::may_be_larger(&setting.name) && is_larger(setting, here, there, unit) {
        return None;
    }
    if there.is_read_only {
        return Some(Standing::Fixed {
            there,
            why: "the target does not let it be changed".to_owned(),
        });
    }
    let wanted = wanted(setting, here, unit, is_bool);
    let wanted = there.allowed.spelt(&wanted).unwrap_or(wanted);
    Some(match there.allowed.admits(&wanted) {
        Some(false) => Standing::Fixed {
            there,
            why: format!("the target allows {}", there.allowed.describe()),
        },
        _ => Standing::Differs { there, wanted },
    })
}

fn is_larger(setting: &Setting, here: &str, there: &Configuration, unit: Option<&str>) -> bool {
    let number = |text: &str, unit: Option<&str>| match value(&setting.name, text, unit, false) {
        Value::Number(number) if number >= 0.0 => Some(number),
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
fn wanted(setting: &Setting, here: &str, unit: Option<&str>, is_bool: bool) -> String {
    if is_bool {
        return here.to_owned();
    }
    let converted = convert(here, setting.unit.as_deref(), unit).unwrap_or_else(|| here.to_owned());
    match (setting.vartype.as_str(), converted.parse::<f64>()) {
        ("integer", Ok(number)) if number.fract() != 0.0 => format!("{:.0}", number.ceil()),
        _ => converted,
    }
}
