//! Determines which questions to send next.

use super::Missing;
use super::network::{azure_network, source_network};
use super::source::{
    copy_hazards, entra_roles, installed_extensions, io, job_schedulers, machine, objects,
    password_hashes, privileges, read_only_settings, removed_features, replication,
    source_databases, source_parameters, source_session, source_sku, workload,
};
use super::target::{capabilities, replicas, server, service, target_parameters, target_sql};
use crate::config::{Migration, SourceServer, TargetServer};
use crate::question::{Answers, Question};

/// The questions still to answer. Empty once everything that can be known is answered. The list can contain questions
/// that are already answered: `backend::collect` drops those.
pub fn next_questions(migration: &Migration, answers: &Answers) -> Vec<Question> {
    let mut questions = Vec::new();
    if let Some(target) = migration
        .target
        .as_ref()
        .filter(|_| migration.scope.has_target())
    {
        questions.extend(target_questions(migration, target, answers));
    }
    if let Some(source) = migration
        .source
        .as_ref()
        .filter(|_| migration.scope.has_source())
    {
        questions.extend(source_questions(migration, source, answers));
    }
    questions
}

fn target_questions(
    migration: &Migration,
    target: &TargetServer,
    answers: &Answers,
) -> Vec<Question> {
    let mut questions = vec![
        server::question(target),
        replicas::question(target),
        target_parameters::question(target),
        source_databases::target_databases_question(target),
    ];
    let server = server::read(target, answers);
    questions.extend(azure_network::questions(
        migration, target, &server, answers,
    ));
    questions.extend(service::questions(migration, target, &server, answers));
    let target_databases = source_databases::read_target_databases(target, answers);
    questions.extend(target_sql::questions(target, &target_databases));
    questions.extend(capabilities::question(migration, &server).ok());
    if let Ok(names) = replicas::replica_ids(target, answers) {
        questions.extend(
            names
                .iter()
                .map(|id| replicas::replica_question(target, id)),
        );
    }
    questions
}

fn source_questions(
    migration: &Migration,
    source: &SourceServer,
    answers: &Answers,
) -> Vec<Question> {
    let mut questions = vec![
        source_session::connection_question(source),
        source_session::question(source),
        source_parameters::question(source),
        source_databases::question(source),
        source_databases::sizes_question(source),
        password_hashes::question(source),
        machine::question(source),
        installed_extensions::extension_schemas_question(source),
        read_only_settings::question(source),
        io::question(source),
    ];
    questions.extend(entra_roles::question(source));
    questions.extend(source_sku::question(migration));
    if migration.location.is_some() {
        let no_target = Err(Missing::no_target());
        questions.extend(capabilities::question(migration, &no_target).ok());
    }
    questions.extend(objects::questions(source));
    questions.extend(copy_hazards::questions(source));
    questions.extend(workload::questions(source));
    questions.extend(privileges::questions(source));
    questions.extend(replication::questions(source));
    questions.extend(source_network::questions(source));
    if let Ok(databases) = source_databases::read(migration, source, answers) {
        let settings = source_parameters::read(source, answers);
        questions.extend(job_schedulers::questions(
            &databases,
            settings.as_ref().ok(),
        ));
        questions.extend(databases.postgres_relation_count_question());
        for name in databases.to_query() {
            questions.extend(installed_extensions::database_questions(name));
            questions.extend(objects::database_questions(name));
            questions.extend(copy_hazards::database_questions(name));
            questions.extend(removed_features::database_questions(name));
            questions.extend(workload::database_questions(name));
            questions.extend(privileges::database_questions(name));
            questions.extend(replication::database_questions(name));
        }
    }
    questions
}
