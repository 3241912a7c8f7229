//! Determines which questions to send next.

use super::{
    Missing, access, activity, capabilities, configurations, databases, entra, extensions, host,
    jobs, load, objects, path, reach, read_only, relations, removed, replicas, roles, server,
    service, session, settings, source_azure, stream, target_sql,
};
use crate::plan::{Migration, SourceServer, Target};
use crate::question::{Answers, Question};

/// The questions still to answer. Empty once everything that can be known is answered. The list can contain questions
/// that are already answered: `backend::collect` drops those.
pub fn next(migration: &Migration, answers: &Answers) -> Vec<Question> {
    let mut questions = Vec::new();
    if let Some(target) = migration
        .target
        .as_ref()
        .filter(|_| migration.scope.has_target())
    {
        questions.extend(next_of_target(migration, target, answers));
    }
    if let Some(source) = migration
        .source
        .as_ref()
        .filter(|_| migration.scope.has_source())
    {
        questions.extend(next_of_source(migration, source, answers));
    }
    questions
}

fn next_of_target(migration: &Migration, target: &Target, answers: &Answers) -> Vec<Question> {
    let mut questions = vec![
        server::question(target),
        replicas::question(target),
        configurations::question(target),
        databases::target_question(target),
    ];
    let server = server::read(target, answers);
    questions.extend(path::questions(migration, target, &server, answers));
    questions.extend(service::questions(migration, target, &server, answers));
    let target_databases = databases::read_target(target, answers);
    questions.extend(target_sql::questions(target, &target_databases));
    questions.extend(capabilities::question(migration, &server).ok());
    if let Ok(names) = replicas::ids(target, answers) {
        questions.extend(names.iter().map(|id| replicas::question_of(target, id)));
    }
    questions
}

fn next_of_source(
    migration: &Migration,
    source: &SourceServer,
    answers: &Answers,
) -> Vec<Question> {
    let mut questions = vec![
        session::connection_question(source),
        session::question(source),
        settings::question(source),
        databases::question(source),
        databases::sizes_question(source),
        roles::question(source),
        host::question(source),
        extensions::pins_question(source),
        read_only::question(source),
        activity::question(source),
    ];
    questions.extend(entra::question(source));
    questions.extend(source_azure::question(migration));
    if migration.location.is_some() {
        let no_target = Err(Missing::no_target());
        questions.extend(capabilities::question(migration, &no_target).ok());
    }
    questions.extend(objects::questions(source));
    questions.extend(relations::questions(source));
    questions.extend(load::questions(source));
    questions.extend(access::questions(source));
    questions.extend(stream::questions(source));
    questions.extend(reach::questions(source));
    if let Ok(databases) = databases::read(migration, source, answers) {
        let settings = settings::read(source, answers);
        questions.extend(jobs::questions(&databases, settings.as_ref().ok()));
        questions.extend(databases.postgres_question());
        for name in databases.to_ask() {
            questions.extend(extensions::questions_in(name));
            questions.extend(objects::questions_in(name));
            questions.extend(relations::questions_in(name));
            questions.extend(removed::questions_in(name));
            questions.extend(load::questions_in(name));
            questions.extend(access::questions_in(name));
            questions.extend(stream::questions_in(name));
        }
    }
    questions
}
