//! Microsoft Entra roles of the source.

use serde::Deserialize;

use crate::config::SourceServer;
use crate::facts::sql_reader::read_row;
use crate::facts::{Fact, Missing};
use crate::question::{Answers, Question};

pub use crate::facts::target::service::administrators::can_have_entra_roles;

/// Microsoft Entra roles, as reported by the source.
#[derive(Debug, Clone, Deserialize)]
pub struct EntraRoles {
    /// Whether the source has the role that exists on every Azure server.
    pub is_azure: bool,
    /// At most 200, sorted by name.
    pub roles: Vec<String>,
    /// Total number of roles.
    #[serde(default)]
    total: u64,
}

impl EntraRoles {
    /// Why the list is incomplete, if it is.
    pub(crate) fn missing_rows(&self, source: &SourceServer) -> Option<Missing> {
        let (shown, total) = (self.roles.len(), self.total);
        let reason = format!("only the first {shown} of {total} Microsoft Entra roles were read");
        let remedy = "make sure yourself that the others are on the target";
        (total > shown as u64)
            .then(|| Missing::unreadable(&entra_roles_question(source), reason).with_advice(remedy))
    }
}

/// Query `entra_roles`. `None` if a source of this kind cannot have such roles.
pub fn question(source: &SourceServer) -> Option<Question> {
    can_have_entra_roles(source.kind).then(|| entra_roles_question(source))
}

fn entra_roles_question(source: &SourceServer) -> Question {
    Question::on_source(&source.database, "entra_roles")
}

pub fn read(source: &SourceServer, answers: &Answers) -> Fact<EntraRoles> {
    read_row(answers, &entra_roles_question(source))
}
