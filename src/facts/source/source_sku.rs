//! SKU of a source that is a flexible server.

use serde_json::Value;

use crate::config::{Migration, ServerId};
use crate::facts::arm_reader::ArmReader;
use crate::facts::{Fact, Missing};
use crate::question::{Answers, Question};

/// SKU of the source, for example `Standard_D8ds_v5`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceSku {
    pub name: String,
}

/// GET of the source server. `None` if the user did not specify its resource ID.
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
        Missing::not_specified(
            "the source is not named in Azure",
            "give `--source-id` (in a plan: `source_id`)",
        )
    })?;
    let name = ArmReader::<Value>::read(answers, &question, &[])?.required("sku.name")?;
    Ok(SourceSku { name })
}
