//! What Azure says of the target beside its own GET: migrations, locks, permissions, maintenance, administrators.
//! Not here: server parameters (`configurations`), what the location offers (`capabilities`).

pub mod administrators;
pub mod locks;
pub mod maintenance;
pub mod migrations;
pub mod permissions;

use crate::plan::{Migration, Target};
use crate::question::{Answers, Question};

use super::Fact;
use super::server::Server;

/// What is known of it, each part for itself.
#[derive(Debug)]
pub struct Service {
    /// Every migration that the service remembers for this target.
    pub migrations: Fact<Vec<migrations::Run>>,
    /// Locks on the target, those of its group and subscription included.
    pub locks: Fact<Vec<locks::Lock>>,
    /// What the identity that asks may do with the target.
    pub permissions: Fact<permissions::Permissions>,
    pub maintenance: Fact<maintenance::Maintenance>,
    /// The target's Microsoft Entra administrators, by name; none where Entra is off.
    pub administrators: Fact<Vec<String>>,
}

/// What is asked; more once the server's own answer is there.
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

/// Reads all of it.
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

/// A GET of what lies below the target.
fn below(target: &Target, path: &str) -> Question {
    Question::Arm {
        path: format!("{}/{path}", target.id.path()),
        api_version: target.api_version.clone(),
        filter: None,
    }
}
