//! Reads an ARM body: strict outer shape, repair, the model of `azure_mgmt_postgresql`, and single fields.
//!
//! The models are lenient where it hurts (`"highAvailability": []` reads as "off", a list body `{}` as "no items") and
//! strict where it does not (one integer sent as a string refuses a whole server). So: what must be an object or an
//! array is checked first; a refused path is cut out and noted; and whatever a model drops or blurs is read by `field`.

mod fields;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::rows::given;
use super::{Fact, Missing};
use crate::question::{Answers, Question};

/// Most refused paths that are cut out of one body before it counts as unreadable.
const MAX_CUTS: usize = 32;

/// One resource: its model, its JSON, and the paths that had to be cut.
pub(crate) struct Shape<'a, M> {
    pub model: M,
    json: &'a Value,
    question: Question,
    api_version: String,
    cut: Vec<String>,
}

impl<'a, M: DeserializeOwned> Shape<'a, M> {
    /// The resource that answers `question`. Each of `objects` (dotted paths) must be an object where it is present.
    pub fn read(answers: &'a Answers, question: &Question, objects: &[&str]) -> Fact<Self> {
        let given = given(answers, question)?;
        let json = &given.json;
        if !json.is_object() || json.get("error").is_some() {
            return Err(Missing::unreadable(
                question,
                "the answer is not a resource",
            ));
        }
        Shape::parse(
            json,
            question,
            version_of(question, given.api_version.as_deref()),
            objects,
        )
    }

    /// One item of a list's answer.
    pub fn item(json: &'a Value, question: &Question, objects: &[&str]) -> Fact<Self> {
        Shape::parse(json, question, version_of(question, None), objects)
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
        let is_shaped = |path: &&str| at(json, path).is_none_or(Value::is_object);
        // Nearly every body is as it should be, and then nothing needs to be copied.
        if objects.iter().all(is_shaped)
            && let Ok(model) = M::deserialize(json)
        {
            let (question, cut) = (question.clone(), Vec::new());
            return Ok(Shape {
                model,
                json,
                question,
                api_version,
                cut,
            });
        }
        Shape::repair(json, question, api_version, objects)
    }

    /// The body without what the model refuses.
    fn repair(
        json: &'a Value,
        question: &Question,
        api_version: String,
        objects: &[&str],
    ) -> Fact<Self> {
        let mut repaired = json.clone();
        let mut cut = Vec::new();
        for path in objects {
            if at(&repaired, path).is_some_and(|v| !v.is_object()) {
                remove(&mut repaired, path);
                cut.push((*path).to_owned());
            }
        }
        // The one thing that cutting cannot mend: the models need a location, and a root has nothing around it.
        if json.get("location").is_none_or(|l| !l.is_string()) {
            repaired["location"] = Value::String(String::new());
            cut.push("location".to_owned());
        }
        loop {
            match serde_path_to_error::deserialize::<_, M>(&repaired) {
                Ok(model) => {
                    return Ok(Shape {
                        model,
                        json,
                        question: question.clone(),
                        api_version,
                        cut,
                    });
                }
                Err(error) => {
                    let path = error.path().to_string();
                    if cut.len() >= MAX_CUTS || !remove(&mut repaired, &path) {
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

impl<'a, M> Shape<'a, M> {
    /// What the model holds at `path`: missing where the path, or what is around or inside it, had to be cut.
    pub fn get<T>(&self, path: &str, value: impl FnOnce(&M) -> T) -> Fact<T> {
        match self.cut.iter().find(|c| within(c, path) || within(path, c)) {
            Some(cut) => Err(Missing::unreadable(
                &self.question,
                format!("`{cut}` has another shape than expected"),
            )),
            None => Ok(value(&self.model)),
        }
    }

    /// The text at `path` of the JSON itself, `None` where it is absent or empty. A path that the api-version `since`
    /// brought is missing, not absent, in an answer of an older one.
    pub fn field(&self, path: &str, since: &str) -> Fact<Option<String>> {
        match at(self.json, path) {
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

    /// The JSON at `path`, as it came.
    pub fn value(&self, path: &str) -> Option<&'a Value> {
        at(self.json, path)
    }

    /// [`field`](Self::field), for what every answer must have.
    pub fn required(&self, path: &str) -> Fact<String> {
        self.field(path, "")?.ok_or_else(|| self.absent(path))
    }

    /// Whether an object stands at `path`. What the api-version `since` brought is missing in an older answer.
    pub fn has(&self, path: &str, since: &str) -> Fact<bool> {
        match at(self.json, path) {
            Some(Value::Object(_)) => Ok(true),
            Some(other) => Err(Missing::unreadable(
                &self.question,
                format!("`{path}` is {other}, not an object"),
            )),
            None => self.field(path, since).map(|_| false),
        }
    }

    /// That `path` is not in the answer, although it should be.
    pub fn absent(&self, path: &str) -> Missing {
        Missing::unreadable(&self.question, format!("the answer has no `{path}`"))
    }
}

/// The items of a list's answer: `value` must be an array, or the answer is no list.
pub(crate) fn items<'a>(answers: &'a Answers, question: &Question) -> Fact<&'a Vec<Value>> {
    let given = given(answers, question)?;
    match (given.json.get("value"), given.json.get("error")) {
        (Some(Value::Array(items)), None) => Ok(items),
        _ => Err(Missing::unreadable(
            question,
            "the answer is not a list (`value` is not an array)",
        )),
    }
}

fn version_of(question: &Question, answered: Option<&str>) -> String {
    match (answered, question) {
        (Some(version), _) => version.to_owned(),
        (None, Question::Arm { api_version, .. }) => api_version.clone(),
        _ => String::new(),
    }
}

/// The value at a dotted path with optional `[index]` parts, as serde_path_to_error writes them.
fn at<'v>(json: &'v Value, path: &str) -> Option<&'v Value> {
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

/// Whether `inner` is `outer` or lies below it.
fn within(inner: &str, outer: &str) -> bool {
    inner
        .strip_prefix(outer)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}
