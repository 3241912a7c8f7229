//! Microsoft Entra roles of the source.

use serde::Deserialize;

use super::rows::row;
use super::{Fact, Missing};
use crate::plan::SourceServer;
use crate::question::{Answers, Question};

pub use super::service::administrators::may_have_entra_roles;

/// Microsoft Entra roles, as reported by the source.
#[derive(Debug, Clone, Deserialize)]
pub struct Entra {
    /// Whether the source has the role that exists on every Azure server.
    pub is_azure: bool,
    /// At most 200, sorted by name.
    pub roles: Vec<String>,
    /// Total number of roles.
    #[serde(default)]
    total: u64,
}

impl Entra {
    /// Why the list is incomplete, if it is.
    pub(crate) fn cut(&self, source: &SourceServer) -> Option<Missing> {
        let (shown, total) = (self.roles.len(), self.total);
        let reason = format!("only the first {shown} of {total} Microsoft Entra roles were read");
        let remedy = "make sure yourself that the others are on the target";
        (total > shown as u64)
            .then(|| Missing::unreadable(&sql(source), reason).with_remedy(remedy))
    }
}

/// Query `entra_roles`. `None` if a source of this kind cannot have such roles.
pub fn question(source: &SourceServer) -> Option<Question> {
    may_have_entra_roles(source.kind).then(|| sql(source))
}

fn sql(source: &SourceServer) -> Question {
    Question::on_source(&source.database, "entra_roles")
}

pub fn read(source: &SourceServer, answers: &Answers) -> Fact<Entra> {
    row(answers, &sql(source))
}
