//! Converts answers to typed facts, and determines the next questions. It parses only: `checks` evaluates the facts.

mod arm_reader;
pub mod discovery;
mod missing;
pub mod network;
pub mod parameter_value;
pub mod per_database;
mod questions;
pub mod source;
pub mod sql_reader;
pub mod target;
pub mod version;

use time::OffsetDateTime;

use crate::config::Migration;
use crate::question::Answers;

pub use missing::{Grant, Missing, arm_action};
pub use per_database::{InDatabase, PerDatabase};
pub use questions::next_questions;

/// A typed fact, or why it is unknown.
pub type Fact<T> = Result<T, Missing>;

/// All facts available to checks. Fields are independent: one failed question affects only its own facts.
#[derive(Debug)]
pub struct Facts<'a> {
    pub migration: &'a Migration,
    /// The current time for all checks.
    pub recorded_at: OffsetDateTime,
    pub server: Fact<target::server::Server>,
    pub replicas: Fact<Vec<target::replicas::Replica>>,
    pub target_parameters: Fact<target::target_parameters::TargetParameters>,
    pub target_databases: Fact<Vec<String>>,
    pub capabilities: Fact<target::capabilities::Capabilities>,
    pub session: Fact<source::source_session::SourceSession>,
    pub connection: Fact<source::source_session::SourceConnection>,
    pub source_parameters: Fact<source::source_parameters::SourceParameters>,
    pub databases: Fact<source::source_databases::SourceDatabases>,
    pub extensions: Fact<PerDatabase<source::installed_extensions::DatabaseExtensions>>,
    pub extension_schemas: Fact<Vec<source::installed_extensions::ExtensionSchema>>,
    pub job_schedulers: Fact<source::job_schedulers::JobSchedulers>,
    pub read_only: Fact<source::read_only_settings::ReadOnlySettings>,
    pub password_hashes: Fact<source::password_hashes::PasswordHashKinds>,
    pub machine: Fact<source::machine::Machine>,
    pub objects: Fact<source::objects::SourceObjects>,
    pub copy_hazards: Fact<source::copy_hazards::CopyHazards>,
    pub removed_features: Fact<source::removed_features::RemovedFeatures>,
    pub workload: Fact<source::workload::Workload>,
    pub privileges: Fact<source::privileges::SourcePrivileges>,
    pub replication: Fact<source::replication::SourceReplication>,
    pub source_network: Fact<network::source_network::SourceNetwork>,
    pub azure_network: Fact<network::azure_network::AzureNetwork>,
    pub service: Fact<target::service::ServiceFacts>,
    pub io: Fact<source::io::IoStatistics>,
    pub entra_roles: Fact<source::entra_roles::EntraRoles>,
    /// SKU of the source, if it is a flexible server whose ID the user specified.
    pub source_sku: Fact<source::source_sku::SourceSku>,
    /// SQL facts of the target, if the user specified a connection.
    pub target_sql: Fact<target::target_sql::TargetSqlFacts>,
}

impl<'a> Facts<'a> {
    /// Reads all facts from the answers. Failures are stored per fact.
    pub fn read(migration: &'a Migration, answers: &Answers) -> Self {
        let target = SideReader {
            side: migration.target.as_ref().ok_or_else(Missing::no_target),
            answers,
        };
        let source = SideReader {
            side: migration.source.as_ref().ok_or_else(Missing::no_source),
            answers,
        };
        let server = target.read(target::server::read);
        // A server that does not exist has no child resources. Their own 404 adds no information.
        let child = SideReader {
            side: match &server {
                Err(missing) if missing.is_absent_target() => Err(missing.clone()),
                _ => target.side.clone(),
            },
            answers,
        };
        let capabilities = target::capabilities::read(migration, &server, answers);
        let target_databases = child.read(source::source_databases::read_target_databases);
        let databases = source.read(|s, a| source::source_databases::read(migration, s, a));
        let extensions = databases
            .as_ref()
            .map_err(Clone::clone)
            .map(|d| source::installed_extensions::read(d, answers));
        let source_parameters = source.read(source::source_parameters::read);
        let job_schedulers = databases
            .as_ref()
            .map_err(Clone::clone)
            .map(|d| source::job_schedulers::read(d, &source_parameters, answers));
        let target_sql = child.read(|t, a| target::target_sql::read(t, &target_databases, a));
        Facts {
            migration,
            recorded_at: answers.recorded_at,
            replicas: child.read(target::replicas::read),
            target_parameters: child.read(target::target_parameters::read),
            io: source.read(source::io::read),
            entra_roles: source.read(source::entra_roles::read),
            source_sku: source::source_sku::read(migration, answers),
            target_sql,
            target_databases,
            capabilities,
            session: source.read(source::source_session::read),
            connection: source.read(source::source_session::read_connection),
            extensions,
            extension_schemas: source.read(source::installed_extensions::read_extension_schemas),
            job_schedulers,
            read_only: source
                .read(|s, a| source::read_only_settings::read(s, &source_parameters, a)),
            password_hashes: source.read(source::password_hashes::read),
            machine: source.read(source::machine::read),
            objects: source.read(|s, a| {
                Ok(source::objects::read(
                    migration,
                    s,
                    databases.as_ref().ok(),
                    a,
                ))
            }),
            copy_hazards: source
                .read(|s, a| Ok(source::copy_hazards::read(s, databases.as_ref().ok(), a))),
            removed_features: source
                .read(|_, a| Ok(source::removed_features::read(databases.as_ref().ok(), a))),
            workload: source.read(|s, a| Ok(source::workload::read(s, databases.as_ref().ok(), a))),
            privileges: source.read(|s, a| {
                Ok(source::privileges::read(
                    migration,
                    s,
                    databases.as_ref().ok(),
                    a,
                ))
            }),
            replication: source
                .read(|s, a| Ok(source::replication::read(s, databases.as_ref().ok(), a))),
            source_network: source.read(|s, a| Ok(network::source_network::read(s, a))),
            azure_network: child
                .read(|t, a| Ok(network::azure_network::read(migration, t, &server, a))),
            service: child.read(|t, a| Ok(target::service::read(migration, t, &server, a))),
            databases,
            server,
            source_parameters,
        }
    }
}

impl Facts<'_> {
    /// The source version, from the session or from the connection.
    pub fn source_version(&self) -> Fact<version::Version> {
        let session = self
            .session
            .as_ref()
            .map(source::source_session::SourceSession::version);
        session.or_else(|missing| {
            self.connection
                .as_ref()
                .map(source::source_session::SourceConnection::version)
                .map_err(|_| missing.clone())
        })
    }
}

/// One side of the migration and its answers, or why the side is missing.
struct SideReader<'a, S> {
    side: Fact<&'a S>,
    answers: &'a Answers,
}

impl<'a, S> SideReader<'a, S> {
    fn read<T>(&self, read: impl FnOnce(&'a S, &'a Answers) -> Fact<T>) -> Fact<T> {
        read(self.side.clone()?, self.answers)
    }
}
