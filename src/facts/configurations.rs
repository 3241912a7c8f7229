//! Server parameters of the target, from the ARM list.

use std::collections::BTreeMap;

use azure_mgmt_postgresql::package_flexibleserver_2024_08_01::models;

use super::allowed::Allowed;
use super::shape::{Shape, items};
use super::{Fact, Missing};
use crate::plan::Target;
use crate::question::{Answers, Question};

/// One server parameter of the target. Azure sends every value as text.
#[derive(Debug, Clone)]
pub struct Configuration {
    pub name: String,
    pub value: String,
    pub allowed: Allowed,
    /// `milliseconds`, `KB`, `8KB`, … `None` for most parameters.
    pub unit: Option<String>,
    pub is_read_only: bool,
    /// Whether a change is applied without a restart.
    pub is_dynamic: bool,
    pub is_pending_restart: bool,
}

impl Configuration {
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
pub struct Configurations {
    question: Question,
    by_name: BTreeMap<String, Fact<Configuration>>,
}

impl Configurations {
    /// The parameter with this name. `None` if the server does not have it.
    pub fn find(&self, name: &str) -> Fact<Option<&Configuration>> {
        match self.by_name.get(&name.to_lowercase()) {
            None => Ok(None),
            Some(Ok(configuration)) => Ok(Some(configuration)),
            Some(Err(missing)) => Err(missing.clone()),
        }
    }

    /// [`find`](Self::find) for a parameter that every flexible server has.
    pub fn get(&self, name: &str) -> Fact<&Configuration> {
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
    pub fn iter(&self) -> impl Iterator<Item = &Fact<Configuration>> {
        self.by_name.values()
    }
}

/// GET of the parameter list. Azure returns it in one page.
pub fn question(target: &Target) -> Question {
    let path = format!("{}/configurations", target.id.path());
    Question::Arm {
        path,
        api_version: target.api_version.clone(),
        filter: None,
    }
}

/// Reads the list. An unreadable parameter affects only itself. An empty list is unreadable, because every server has
/// parameters.
pub fn read(target: &Target, answers: &Answers) -> Fact<Configurations> {
    let question = question(target);
    let mut by_name = BTreeMap::new();
    for item in items(answers, &question)? {
        let shape = Shape::<models::Configuration>::item(item, &question, &["properties"])?;
        let name = shape.required("name")?;
        by_name.insert(name.to_lowercase(), configuration(&shape, name));
    }
    if by_name.is_empty() {
        return Err(Missing::unreadable(
            &question,
            "the list of server parameters is empty",
        ));
    }
    Ok(Configurations { question, by_name })
}

fn configuration(shape: &Shape<models::Configuration>, name: String) -> Fact<Configuration> {
    let flag = |path: &str, pick: fn(&models::ConfigurationProperties) -> Option<bool>| {
        shape
            .get(path, |c| c.properties.as_ref().and_then(pick))?
            .ok_or_else(|| shape.absent(path))
    };
    let value = shape.get("properties.value", |c| {
        c.properties.as_ref().and_then(|p| p.value.clone())
    })?;
    let data_type = shape.field("properties.dataType", "")?;
    let allowed = shape.field("properties.allowedValues", "")?;
    Ok(Configuration {
        name,
        value: value.ok_or_else(|| shape.absent("properties.value"))?,
        allowed: Allowed::parse(data_type.as_deref(), allowed.as_deref()),
        unit: shape.field("properties.unit", "")?,
        is_read_only: flag("properties.isReadOnly", |p| p.is_read_only)?,
        is_dynamic: flag("properties.isDynamicConfig", |p| p.is_dynamic_config)?,
        is_pending_restart: flag("properties.isConfigPendingRestart", |p| {
            p.is_config_pending_restart
        })?,
    })
}
