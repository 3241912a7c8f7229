//! Fields of other types: switches, numbers, times. A field that an older API version does not have is missing.

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{ArmReader, Missing, value_at};
use crate::facts::Fact;

impl<M> ArmReader<'_, M> {
    /// The API version of the answer.
    pub fn api_version(&self) -> &str {
        &self.api_version
    }

    /// `Enabled` or `Disabled`. Previews of 2022 used `true` and `false`. `None` if absent.
    pub fn switch(&self, path: &str, since: &str) -> Fact<Option<bool>> {
        if let Some(Value::Bool(flag)) = value_at(self.json, path) {
            return Ok(Some(*flag));
        }
        let Some(text) = self.text(path, since)? else {
            return Ok(None);
        };
        match text.to_ascii_lowercase().as_str() {
            "enabled" | "true" => Ok(Some(true)),
            "disabled" | "false" => Ok(Some(false)),
            _ => Err(self.unexpected(path, &format!("`{text}`"), "Enabled or Disabled")),
        }
    }

    /// An integer. `None` if absent.
    pub fn number(&self, path: &str, since: &str) -> Fact<Option<u32>> {
        match value_at(self.json, path) {
            None => self.text(path, since).map(|_| None),
            Some(value) => {
                let number = value.as_u64().and_then(|n| u32::try_from(n).ok());
                number
                    .map(Some)
                    .ok_or_else(|| self.unexpected(path, &value.to_string(), "a whole number"))
            }
        }
    }

    /// An RFC 3339 time. `None` if absent.
    pub fn time(&self, path: &str) -> Fact<Option<OffsetDateTime>> {
        let Some(text) = self.text(path, "")? else {
            return Ok(None);
        };
        OffsetDateTime::parse(&text, &Rfc3339)
            .map(Some)
            .map_err(|_| self.unexpected(path, &format!("`{text}`"), "a moment"))
    }

    /// A list of strings. `None` if absent.
    pub fn texts(&self, path: &str) -> Fact<Option<Vec<String>>> {
        let Some(value) = value_at(self.json, path) else {
            return Ok(None);
        };
        let texts = value.as_array().and_then(|all| {
            all.iter()
                .map(|v| v.as_str().map(str::to_owned))
                .collect::<Option<Vec<_>>>()
        });
        texts
            .map(Some)
            .ok_or_else(|| self.unexpected(path, "something else", "a list of texts"))
    }

    /// The items of the list at `path`, each with its own reader. `None` if absent.
    pub fn list(&self, path: &str) -> Fact<Option<Vec<ArmReader<'_, Value>>>> {
        let Some(value) = value_at(self.json, path) else {
            return Ok(None);
        };
        let items = value
            .as_array()
            .ok_or_else(|| self.unexpected(path, "something else", "a list"))?;
        let shapes = items
            .iter()
            .map(|item| ArmReader::parse(item, &self.question, self.api_version.clone(), &[]));
        shapes.collect::<Fact<Vec<_>>>().map(Some)
    }

    /// A [`Missing`] for an unexpected value at `path`.
    pub fn unexpected(&self, path: &str, is: &str, due: &str) -> Missing {
        Missing::unreadable(&self.question, format!("`{path}` is {is}, not {due}"))
    }
}
