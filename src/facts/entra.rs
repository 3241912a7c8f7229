//! Microsoft Entra roles of the source. Not here: the target's administrators (`service`), its roles (`target_sql`).

use serde::Deserialize;

use super::rows::row;
use super::{Fact, Missing};
use crate::plan::SourceServer;
use crate::question::{Answers, Question};

pub use super::service::administrators::may_have_entra_roles;

/// What the source says of them.
#[derive(Debug, Clone, Deserialize)]
pub struct Entra {
    /// Whether it has the role that every server of Azure's has.
    pub is_azure: bool,
    /// At most 200, by name.
    pub roles: Vec<String>,
    /// How many there are.
    #[serde(default)]
    total: u64,
}

impl Entra {
    /// What is missing where not all roles are listed.
    pub(crate) fn cut(&self, source: &SourceServer) -> Option<Missing> {
        let (shown, total) = (self.roles.len(), self.total);
        let reason = format!("only the first {shown} of {total} Microsoft Entra roles were read");
        let remedy = "make sure yourself that the others are on the target";
        (total > shown as u64)
            .then(|| Missing::unreadable(&sql(source), reason).with_remedy(remedy))
    }
}

/// The query `entra_roles`; not put to a source that cannot have any.
pub fn question(source: &SourceServer) -> Option<Question> {
    may_have_entra_roles(source.kind).then(|| sql(source))
}

fn sql(source: &SourceServer) -> Question {
    Question::on_source(&source.database, "entra_roles")
}

pub fn read(source: &SourceServer, answers: &Answers) -> Fact<Entra> {
    row(answers, &sql(source))
}
