//! Reads an ARM body: strict outer shape, repair, the model of `azure_mgmt_postgresql`, and single fields.
//!
//! The models accept some invalid bodies (`"highAvailability": []` is read as disabled, a list body `{}` as an empty
//! list). They reject others because of a detail (one integer sent as a string rejects a whole server). Therefore
//! required objects and arrays are checked first. Rejected paths are removed and recorded. Fields that the model drops
//! or converts are read by `text`.

mod fields;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::sql_reader::answer_body;
use super::{Fact, Missing};
use crate::question::{Answers, Question};

/// Maximum number of rejected paths that are removed before a body is unreadable.
const MAX_REMOVED_PATHS: usize = 32;

/// One resource: its model, its JSON, and the removed paths.
pub(crate) struct ArmReader<'a, M> {
    pub model: M,
    json: &'a Value,
    question: Question,
    api_version: String,
    removed_paths: Vec<String>,
}

impl<'a, M: DeserializeOwned> ArmReader<'a, M> {
    /// The resource that answers `question`. Each path of `objects` (dotted) must be an object if present.
    pub fn read(answers: &'a Answers, question: &Question, objects: &[&str]) -> Fact<Self> {
        let given = answer_body(answers, question)?;
        let json = &given.json;
        if !json.is_object() || json.get("error").is_some() {
            return Err(Missing::unreadable(
                question,
                "the answer is not a resource",
            ));
        }
        ArmReader::parse(
            json,
            question,
            answer_api_version(question, given.api_version.as_deref()),
            objects,
        )
    }

    /// One item of a list answer.
    pub fn item(json: &'a Value, question: &Question, objects: &[&str]) -> Fact<Self> {
        ArmReader::parse(json, question, answer_api_version(question, None), objects)
    }

    fn parse(
        json: &'a Value,
        question: &Question,
        api_version: String,
        objects: &[&str],
    ) -> Fact<Self> {
        if !json.is_object() {
            return Err(Missing::unreadable(question, "an item is not an object"));
        }
        let is_shaped = |path: &&str| value_at(json, path).is_none_or(Value::is_object);
        // Most bodies are valid and do not need to be copied.
        if objects.iter().all(is_shaped)
            && let Ok(model) = M::deserialize(json)
        {
            let (question, cut) = (question.clone(), Vec::new());
            return Ok(ArmReader {
                model,
                json,
                question,
                api_version,
                removed_paths: cut,
            });
        }
        ArmReader::repair(json, question, api_version, objects)
    }

    /// Removes the paths that the model rejects.
    fn repair(
        json: &'a Value,
        question: &Question,
        api_version: String,
        objects: &[&str],
    ) -> Fact<Self> {
        let mut repaired = json.clone();
        let mut cut = Vec::new();
        for path in objects {
            if value_at(&repaired, path).is_some_and(|v| !v.is_object()) {
                remove(&mut repaired, path);
                cut.push((*path).to_owned());
            }
        }
        // Removal cannot repair a missing location: the models require one at the root.
        if json.get("location").is_none_or(|l| !l.is_string()) {
            repaired["location"] = Value::String(String::new());
            cut.push("location".to_owned());
        }
        loop {
            match serde_path_to_error::deserialize::<_, M>(&repaired) {
                Ok(model) => {
                    return Ok(ArmReader {
                        model,
                        json,
                        question: question.clone(),
                        api_version,
                        removed_paths: cut,
                    });
                }
                Err(error) => {
                    let path = error.path().to_string();
                    if cut.len() >= MAX_REMOVED_PATHS || !remove(&mut repaired, &path) {
                        let why = format!(
                            "`{path}` has another shape than expected: {}",
                            error.inner()
                        );
                        return Err(Missing::unreadable(question, why));
                    }
                    cut.push(path);
                }
            }
        }
    }
}

impl<'a, M> ArmReader<'a, M> {
    /// The model's value for `path`. Missing if the path, a parent or a child of it was removed.
    pub fn model_value<T>(&self, path: &str, value: impl FnOnce(&M) -> T) -> Fact<T> {
        match self
            .removed_paths
            .iter()
            .find(|c| is_within(c, path) || is_within(path, c))
        {
            Some(cut) => Err(Missing::unreadable(
                &self.question,
                format!("`{cut}` has another shape than expected"),
            )),
            None => Ok(value(&self.model)),
        }
    }

    /// The text at `path` of the JSON. `None` if it is absent or empty. An absent path is missing if the answer's API
    /// version is older than `since`, which introduced the path.
    pub fn text(&self, path: &str, since: &str) -> Fact<Option<String>> {
        match value_at(self.json, path) {
            None if self.api_version.as_str() < since => Err(Missing::unreadable(
                &self.question,
                format!(
                    "`{path}` exists since api-version {since}, the answer is of {}",
                    self.api_version
                ),
            )),
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone()).filter(|t| !t.is_empty())),
            Some(other) => Err(Missing::unreadable(
                &self.question,
                format!("`{path}` is {other}, not a text"),
            )),
        }
    }

    /// The JSON at `path`, unparsed.
    pub fn value(&self, path: &str) -> Option<&'a Value> {
        value_at(self.json, path)
    }

    /// [`text`](Self::text) for a field that every answer must have.
    pub fn required(&self, path: &str) -> Fact<String> {
        self.text(path, "")?.ok_or_else(|| self.absent(path))
    }

    /// Whether `path` is an object. An absent path is missing if the answer's API version is older than `since`.
    pub fn has_object(&self, path: &str, since: &str) -> Fact<bool> {
        match value_at(self.json, path) {
            Some(Value::Object(_)) => Ok(true),
            Some(other) => Err(Missing::unreadable(
                &self.question,
                format!("`{path}` is {other}, not an object"),
            )),
            None => self.text(path, since).map(|_| false),
        }
    }

    /// A [`Missing`] for a required `path` that is not in the answer.
    pub fn absent(&self, path: &str) -> Missing {
        Missing::unreadable(&self.question, format!("the answer has no `{path}`"))
    }
}

/// The items of a list answer. `value` must be an array.
pub(crate) fn list_items<'a>(answers: &'a Answers, question: &Question) -> Fact<&'a Vec<Value>> {
    let given = answer_body(answers, question)?;
    match (given.json.get("value"), given.json.get("error")) {
        (Some(Value::Array(items)), None) => Ok(items),
        _ => Err(Missing::unreadable(
            question,
            "the answer is not a list (`value` is not an array)",
        )),
    }
}

fn answer_api_version(question: &Question, answered: Option<&str>) -> String {
    match (answered, question) {
        (Some(version), _) => version.to_owned(),
        (None, Question::Arm { api_version, .. }) => api_version.clone(),
        _ => String::new(),
    }
}

/// The value at a dotted path with optional `[index]` parts, in the format of serde_path_to_error.
fn value_at<'v>(json: &'v Value, path: &str) -> Option<&'v Value> {
    let mut steps = path.split(['.', '[', ']']).filter(|step| !step.is_empty());
    let found = steps.try_fold(json, |value, step| match value {
        Value::Object(fields) => fields.get(step),
        Value::Array(items) => items.get(step.parse::<usize>().ok()?),
        _ => None,
    });
    found.filter(|v| !v.is_null())
}

fn pointer(path: &str) -> String {
    path.replace('[', ".")
        .replace(']', "")
        .split('.')
        .filter(|p| !p.is_empty())
        .fold(String::new(), |mut all, part| {
            all.push('/');
            all.push_str(part);
            all
        })
}

fn remove(json: &mut Value, path: &str) -> bool {
    let pointer = pointer(path);
    let Some((parent, last)) = pointer.rsplit_once('/') else {
        return false;
    };
    match json.pointer_mut(parent) {
        Some(Value::Object(map)) => map.shift_remove(last).is_some(),
        Some(Value::Array(list)) => match last.parse::<usize>() {
            Ok(index) if index < list.len() => {
                list.remove(index);
                true
            }
            _ => false,
        },
        _ => false,
    }
}

/// Whether `inner` is `outer` or a path below it.
fn is_within(inner: &str, outer: &str) -> bool {
    inner
        .strip_prefix(outer)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}
