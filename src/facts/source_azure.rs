//! The source as Azure shows it, where it is a flexible server itself: its SKU and so its size.

use serde_json::Value;

use super::shape::Shape;
use super::{Fact, Missing};
use crate::plan::{Migration, ServerId};
use crate::question::{Answers, Question};

/// The SKU of the source: `Standard_D8ds_v5`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceSku {
    pub name: String,
}

/// GET of the source's own server; `None` where the user does not name one.
pub fn question(migration: &Migration) -> Option<Question> {
    let id: &ServerId = migration.source.as_ref()?.azure_id.as_ref()?;
    Some(Question::Arm {
        path: id.path(),
        api_version: migration.api_version().to_owned(),
        filter: None,
    })
}

pub fn read(migration: &Migration, answers: &Answers) -> Fact<SourceSku> {
    let question = question(migration).ok_or_else(|| {
        Missing::not_said(
            "the source is not named in Azure",
            "give `--source-id` (in a plan: `source_id`)",
        )
    })?;
    let name = Shape::<Value>::read(answers, &question, &[])?.required("sku.name")?;
    Ok(SourceSku { name })
}
