//! Server parameters of the target, from the ARM list.

use std::collections::BTreeMap;

use azure_mgmt_postgresql::package_flexibleserver_2024_08_01::models;

use super::allowed_values::AllowedValues;
use crate::config::TargetServer;
use crate::facts::arm_reader::{ArmReader, list_items};
use crate::facts::{Fact, Missing};
use crate::question::{Answers, Question};

/// One server parameter of the target. Azure sends every value as text.
#[derive(Debug, Clone)]
pub struct TargetParameter {
    pub name: String,
    pub value: String,
    pub allowed_values: AllowedValues,
    /// `milliseconds`, `KB`, `8KB`, … `None` for most parameters.
    pub unit: Option<String>,
    pub is_read_only: bool,
    /// Whether a change is applied without a restart.
    pub is_dynamic: bool,
    pub is_pending_restart: bool,
}

impl TargetParameter {
    /// Members of a comma-separated value, without empty ones.
    pub fn members(&self) -> impl Iterator<Item = &str> {
        self.value
            .split(',')
            .map(str::trim)
            .filter(|m| !m.is_empty())
    }
}

/// All parameters, by lower-case name.
#[derive(Debug, Clone)]
pub struct TargetParameters {
    question: Question,
    by_name: BTreeMap<String, Fact<TargetParameter>>,
}

impl TargetParameters {
    /// The parameter with this name. `None` if the server does not have it.
    pub fn find(&self, name: &str) -> Fact<Option<&TargetParameter>> {
        match self.by_name.get(&name.to_lowercase()) {
            None => Ok(None),
            Some(Ok(configuration)) => Ok(Some(configuration)),
            Some(Err(missing)) => Err(missing.clone()),
        }
    }

    /// [`find`](Self::find) for a parameter that every flexible server has.
    pub fn get(&self, name: &str) -> Fact<&TargetParameter> {
        self.find(name)?.ok_or_else(|| {
            Missing::unreadable(
                &self.question,
                format!("the list has no parameter `{name}`"),
            )
        })
    }

    /// [`get`](Self::get) for an integer, in the parameter's unit.
    pub fn number(&self, name: &str) -> Fact<i64> {
        let value = &self.get(name)?.value;
        value
            .trim()
            .parse()
            .map_err(|_| self.unreadable(format!("`{name}` is `{value}`, which is no number")))
    }

    /// A [`Missing`] for information that the list does not contain.
    pub(crate) fn unreadable(&self, reason: impl Into<String>) -> Missing {
        Missing::unreadable(&self.question, reason)
    }

    /// All parameters, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = &Fact<TargetParameter>> {
        self.by_name.values()
    }
}

/// GET of the parameter list. Azure returns it in one page.
pub fn question(target: &TargetServer) -> Question {
    let path = format!("{}/configurations", target.id.path());
    Question::Arm {
        path,
        api_version: target.api_version.clone(),
        filter: None,
    }
}

/// Reads the list. An unreadable parameter affects only itself. An empty list is unreadable, because every server has
/// parameters.
pub fn read(target: &TargetServer, answers: &Answers) -> Fact<TargetParameters> {
    let question = question(target);
    let mut by_name = BTreeMap::new();
    for item in list_items(answers, &question)? {
        let shape = ArmReader::<models::Configuration>::item(item, &question, &["properties"])?;
        let name = shape.required("name")?;
        by_name.insert(name.to_lowercase(), parameter(&shape, name));
    }
    if by_name.is_empty() {
        return Err(Missing::unreadable(
            &question,
            "the list of server parameters is empty",
        ));
    }
    Ok(TargetParameters { question, by_name })
}

fn parameter(shape: &ArmReader<models::Configuration>, name: String) -> Fact<TargetParameter> {
    let flag = |path: &str, pick: fn(&models::ConfigurationProperties) -> Option<bool>| {
        shape
            .model_value(path, |c| c.properties.as_ref().and_then(pick))?
            .ok_or_else(|| shape.absent(path))
    };
    let value = shape.model_value("properties.value", |c| {
        c.properties.as_ref().and_then(|p| p.value.clone())
    })?;
    let data_type = shape.text("properties.dataType", "")?;
    let allowed = shape.text("properties.allowedValues", "")?;
    Ok(TargetParameter {
        name,
        value: value.ok_or_else(|| shape.absent("properties.value"))?,
        allowed_values: AllowedValues::parse(data_type.as_deref(), allowed.as_deref()),
        unit: shape.text("properties.unit", "")?,
        is_read_only: flag("properties.isReadOnly", |p| p.is_read_only)?,
        is_dynamic: flag("properties.isDynamicConfig", |p| p.is_dynamic_config)?,
        is_pending_restart: flag("properties.isConfigPendingRestart", |p| {
            p.is_config_pending_restart
        })?,
    })
}
