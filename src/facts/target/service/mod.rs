//! Further Azure resources of the target: migrations, locks, permissions, maintenance, administrators.

pub mod administrators;
pub mod locks;
pub mod maintenance;
pub mod migrations;
pub mod permissions;

use super::server::Server;
use crate::config::{Migration, TargetServer};
use crate::facts::Fact;
use crate::question::{Answers, Question};

/// Further Azure resources of the target. Each part can be missing separately.
#[derive(Debug)]
pub struct ServiceFacts {
    /// All migrations that the service still lists for this target.
    pub migrations: Fact<Vec<migrations::MigrationRecord>>,
    /// Locks on the target, including those of its resource group and subscription.
    pub locks: Fact<Vec<locks::ManagementLock>>,
    /// Permissions of the signed-in identity on the target.
    pub permissions: Fact<permissions::Permissions>,
    pub maintenance: Fact<maintenance::PlannedMaintenance>,
    /// Names of the target's Microsoft Entra administrators. Empty if Entra authentication is disabled.
    pub administrators: Fact<Vec<String>>,
}

/// The questions so far. The server's own answer can add further questions.
pub fn questions(
    migration: &Migration,
    target: &TargetServer,
    server: &Fact<Server>,
    answers: &Answers,
) -> Vec<Question> {
    let mut questions = vec![
        migrations::question(target),
        locks::question(target),
        permissions::question(target),
    ];
    questions.extend(migrations::failed_validation_question(target, answers));
    questions.extend(maintenance::question(target));
    questions.extend(administrators::question(migration, target, server));
    questions
}

/// Reads all parts from the answers.
pub fn read(
    migration: &Migration,
    target: &TargetServer,
    server: &Fact<Server>,
    answers: &Answers,
) -> ServiceFacts {
    ServiceFacts {
        migrations: migrations::read(target, answers),
        locks: locks::read(target, answers),
        permissions: permissions::read(target, answers),
        maintenance: maintenance::read(target, server, answers),
        administrators: administrators::read(migration, target, server, answers),
    }
}

/// GET of a child resource of the target.
fn child_question(target: &TargetServer, path: &str) -> Question {
    Question::Arm {
        path: format!("{}/{path}", target.id.path()),
        api_version: target.api_version.clone(),
        filter: None,
    }
}
