//! Holds what the source changed against the target's parameters: the ground of both parameter checks.

use crate::checks::replication::asked::is_asked;
use crate::checks::{Findings, Unanswered};
use crate::facts::Facts;
use crate::facts::configurations::Configuration;
use crate::facts::parameter::{Value, convert, readable, value};
use crate::facts::settings::Setting;
use crate::reference::parameters;

/// How one parameter that the source changed stands on the target.
pub(super) enum Standing<'f> {
    /// Another value, and the target takes the source's: `wanted` in the target's own unit.
    Differs {
        there: &'f Configuration,
        wanted: String,
    },
    /// Another value, and the target cannot have the source's.
    Fixed {
        there: &'f Configuration,
        why: String,
    },
    /// The target has no parameter of this name.
    Absent,
}

/// One parameter that the source changed and that the target has otherwise.
pub(super) struct Difference<'f> {
    pub setting: &'f Setting,
    pub standing: Standing<'f>,
}

impl Difference<'_> {
    /// The source's value, for a reader.
    pub fn here(&self) -> String {
        readable(
            self.setting.reset_val.as_deref().unwrap_or(""),
            self.setting.unit.as_deref(),
        )
    }
}

/// A parameter's value on the target, for a reader.
pub(super) fn shown(there: &Configuration) -> String {
    readable(&there.value, there.unit.as_deref())
}

/// All differences, by parameter name, without what the source has for an online migration alone. What could not be read of the target is noted.
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

/// `None` where both mean the same.
fn standing<'f>(setting: &Setting, there: &'f Configuration) -> Option<Standing<'f>> {
    let here = setting.reset_val.as_deref().unwrap_or("");
    let is_bool = setting.vartype == "bool";
    // Azure leaves the unit out where it is PostgreSQL's own.
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

/// The source's value as the target would take it. A number that does not come out whole is rounded up.
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
