//! Reads an ARM resource field by field, for providers without a linked model. A value of the wrong type, or an absent
//! required value, is missing. An absent optional value is `None` or empty.

use ipnet::IpNet;
use serde_json::Value;

use crate::config::{ResourceId, parse_prefix};
use crate::facts::sql_reader::answer_body;
use crate::facts::{Fact, Missing};
use crate::question::{Answers, Question};

/// One JSON object of an answer.
#[derive(Clone)]
pub(crate) struct ResourceReader<'a> {
    json: &'a Value,
    question: &'a Question,
}

impl<'a> ResourceReader<'a> {
    /// The resource that answers `question`. It must be an object with `properties`.
    pub fn resource(answers: &'a Answers, question: &'a Question) -> Fact<Self> {
        let json = &answer_body(answers, question)?.json;
        let has_properties = json.get("properties").is_some_and(Value::is_object);
        if !has_properties || json.get("error").is_some() {
            return Err(Missing::unreadable(
                question,
                "the answer is not a resource",
            ));
        }
        Ok(ResourceReader { json, question })
    }

    pub fn item(json: &'a Value, question: &'a Question) -> Fact<Self> {
        if json.is_object() {
            Ok(ResourceReader { json, question })
        } else {
            Err(Missing::unreadable(
                question,
                "an item of the answer is not an object",
            ))
        }
    }

    pub fn unreadable(&self, why: impl Into<String>) -> Missing {
        Missing::unreadable(self.question, why)
    }

    fn at(&self, path: &str) -> Option<&'a Value> {
        let found = path
            .split('.')
            .try_fold(self.json, |json, key| json.get(key));
        found.filter(|v| !v.is_null())
    }

    fn unexpected(&self, path: &str, value: &Value, kind: &str) -> Missing {
        let shown: String = value.to_string().chars().take(60).collect();
        self.unreadable(format!("`{path}` is {shown}, not {kind}"))
    }

    /// The text at `path`. `None` if it is absent or empty.
    pub fn text(&self, path: &str) -> Fact<Option<String>> {
        match self.at(path) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone()).filter(|t| !t.is_empty())),
            Some(other) => Err(self.unexpected(path, other, "a text")),
        }
    }

    pub fn required(&self, path: &str) -> Fact<String> {
        let absent = || self.unreadable(format!("the answer has no `{path}`"));
        self.text(path)?.ok_or_else(absent)
    }

    pub fn required_flag(&self, path: &str) -> Fact<bool> {
        match self.at(path) {
            None => Err(self.unreadable(format!("the answer has no `{path}`"))),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(other) => Err(self.unexpected(path, other, "true or false")),
        }
    }

    pub fn required_number(&self, path: &str) -> Fact<u32> {
        match self.at(path) {
            None => Err(self.unreadable(format!("the answer has no `{path}`"))),
            Some(value) => value
                .as_u64()
                .and_then(|n| u32::try_from(n).ok())
                .ok_or_else(|| self.unexpected(path, value, "a number")),
        }
    }

    /// The resource ID at `path`.
    pub fn id(&self, path: &str) -> Fact<Option<ResourceId>> {
        let Some(text) = self.text(path)? else {
            return Ok(None);
        };
        let unreadable = |_| self.unreadable(format!("`{path}` is `{text}`, not a resource id"));
        text.parse().map(Some).map_err(unreadable)
    }

    pub fn required_id(&self, path: &str) -> Fact<ResourceId> {
        let absent = || self.unreadable(format!("the answer has no `{path}`"));
        self.id(path)?.ok_or_else(absent)
    }

    /// The array at `path`. `None` if it is absent.
    fn array(&self, path: &str) -> Fact<Option<&'a Vec<Value>>> {
        match self.at(path) {
            None => Ok(None),
            Some(Value::Array(items)) => Ok(Some(items)),
            Some(other) => Err(self.unexpected(path, other, "a list")),
        }
    }

    /// The objects of the required list at `path`.
    pub fn required_list(&self, path: &str) -> Fact<Vec<ResourceReader<'a>>> {
        let absent = || self.unreadable(format!("the answer has no `{path}`"));
        let items = self.array(path)?.ok_or_else(absent)?;
        items
            .iter()
            .map(|i| ResourceReader::item(i, self.question))
            .collect()
    }

    /// The strings of the list at `path`. Empty if it is absent.
    pub fn texts(&self, path: &str) -> Fact<Vec<String>> {
        let text = |item: &Value| {
            let text = item.as_str().map(str::to_owned);
            text.ok_or_else(|| self.unexpected(path, item, "a text"))
        };
        self.array(path)?.into_iter().flatten().map(text).collect()
    }

    /// The address prefixes at `path`. Empty if the list is absent.
    pub fn prefixes(&self, path: &str) -> Fact<Vec<IpNet>> {
        self.texts(path)?
            .iter()
            .map(|text| {
                parse_prefix(text).ok_or_else(|| {
                    self.unreadable(format!("`{path}` holds `{text}`, no address prefix"))
                })
            })
            .collect()
    }

    /// The length of the list at `path`. 0 if it is absent.
    pub fn count(&self, path: &str) -> Fact<usize> {
        Ok(self.array(path)?.map_or(0, Vec::len))
    }
}
