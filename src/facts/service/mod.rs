//! Further Azure resources of the target: migrations, locks, permissions, maintenance, administrators.

pub mod administrators;
pub mod locks;
pub mod maintenance;
pub mod migrations;
pub mod permissions;

use crate::plan::{Migration, Target};
use crate::question::{Answers, Question};

use super::Fact;
use super::server::Server;

/// Further Azure resources of the target. Each part can be missing separately.
#[derive(Debug)]
pub struct Service {
    /// All migrations that the service still lists for this target.
    pub migrations: Fact<Vec<migrations::Run>>,
    /// Locks on the target, including those of its resource group and subscription.
    pub locks: Fact<Vec<locks::Lock>>,
    /// Permissions of the signed-in identity on the target.
    pub permissions: Fact<permissions::Permissions>,
    pub maintenance: Fact<maintenance::Maintenance>,
    /// Names of the target's Microsoft Entra administrators. Empty if Entra authentication is disabled.
    pub administrators: Fact<Vec<String>>,
}

/// The questions so far. The server's own answer can add further questions.
pub fn questions(
    migration: &Migration,
    target: &Target,
    server: &Fact<Server>,
    answers: &Answers,
) -> Vec<Question> {
    let mut questions = vec![
        migrations::question(target),
        locks::question(target),
        permissions::question(target),
    ];
    questions.extend(migrations::question_of_unexplained(target, answers));
    questions.extend(maintenance::question(target));
    questions.extend(administrators::question(migration, target, server));
    questions
}

/// Reads all parts from the answers.
pub fn read(
    migration: &Migration,
    target: &Target,
    server: &Fact<Server>,
    answers: &Answers,
) -> Service {
    Service {
        migrations: migrations::read(target, answers),
        locks: locks::read(target, answers),
        permissions: permissions::read(target, answers),
        maintenance: maintenance::read(target, server, answers),
        administrators: administrators::read(migration, target, server, answers),
    }
}

/// GET of a child resource of the target.
fn below(target: &Target, path: &str) -> Question {
    Question::Arm {
        path: format!("{}/{path}", target.id.path()),
        api_version: target.api_version.clone(),
        filter: None,
    }
}
