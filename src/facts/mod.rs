//! Converts answers to typed facts, and determines the next questions. It parses only: `checks` evaluates the facts.

pub mod access;
pub mod activity;
pub mod allowed;
pub mod capabilities;
pub mod configurations;
pub mod databases;
pub mod entra;
pub mod extensions;
pub mod fleet;
pub mod host;
pub mod jobs;
pub mod listed;
pub mod load;
mod missing;
pub mod network;
mod next;
pub mod objects;
pub mod parameter;
pub mod path;
pub mod provider;
pub mod reach;
pub mod read_only;
pub mod relations;
pub mod removed;
pub mod replicas;
pub mod roles;
mod rows;
pub mod server;
pub mod service;
pub mod session;
pub mod settings;
mod shape;
pub mod source_azure;
pub mod stream;
pub mod target_sql;
pub mod version;

use time::OffsetDateTime;

use crate::plan::Migration;
use crate::question::Answers;

pub use missing::{Grant, Missing, arm_action};
pub use next::next;

/// A typed fact, or why it is unknown.
pub type Fact<T> = Result<T, Missing>;

/// All facts available to checks. Fields are independent: one failed question affects only its own facts.
#[derive(Debug)]
pub struct Facts<'a> {
    pub migration: &'a Migration,
    /// The current time for all checks.
    pub recorded_at: OffsetDateTime,
    pub server: Fact<server::Server>,
    pub replicas: Fact<Vec<replicas::Replica>>,
    pub configurations: Fact<configurations::Configurations>,
    pub target_databases: Fact<Vec<String>>,
    pub capabilities: Fact<capabilities::Capabilities>,
    pub session: Fact<session::Session>,
    pub connection: Fact<session::Connection>,
    pub settings: Fact<settings::Settings>,
    pub databases: Fact<databases::Databases>,
    pub extensions: Fact<Vec<extensions::InDatabase>>,
    pub pins: Fact<Vec<extensions::Pin>>,
    pub schedulers: Fact<jobs::Schedulers>,
    pub read_only: Fact<read_only::ReadOnly>,
    pub passwords: Fact<roles::PasswordKinds>,
    pub host: Fact<host::Host>,
    pub objects: Fact<objects::Objects>,
    pub relations: Fact<relations::Relations>,
    pub removed: Fact<removed::Removed>,
    pub load: Fact<load::Load>,
    pub access: Fact<access::Access>,
    pub stream: Fact<stream::Stream>,
    pub reach: Fact<reach::Reach>,
    pub path: Fact<path::Path>,
    pub service: Fact<service::Service>,
    pub activity: Fact<activity::Activity>,
    pub entra: Fact<entra::Entra>,
    /// SKU of the source, if it is a flexible server whose ID the user specified.
    pub source_sku: Fact<source_azure::SourceSku>,
    /// SQL facts of the target, if the user specified a connection.
    pub on_target: Fact<target_sql::OnTarget>,
}

impl<'a> Facts<'a> {
    /// Reads all facts from the answers. Failures are stored per fact.
    pub fn read(migration: &'a Migration, answers: &Answers) -> Self {
        let target = Reader {
            side: migration.target.as_ref().ok_or_else(Missing::no_target),
            answers,
        };
        let source = Reader {
            side: migration.source.as_ref().ok_or_else(Missing::no_source),
            answers,
        };
        let server = target.read(server::read);
        // A server that does not exist has no child resources. Their own 404 adds no information.
        let child = Reader {
            side: match &server {
                Err(missing) if missing.is_absent_target() => Err(missing.clone()),
                _ => target.side.clone(),
            },
            answers,
        };
        let capabilities = capabilities::read(migration, &server, answers);
        let target_databases = child.read(databases::read_target);
        let databases = source.read(|s, a| databases::read(migration, s, a));
        let extensions = databases
            .as_ref()
            .map_err(Clone::clone)
            .map(|d| extensions::read(d, answers));
        let settings = source.read(settings::read);
        let schedulers = databases
            .as_ref()
            .map_err(Clone::clone)
            .map(|d| jobs::read(d, &settings, answers));
        let on_target = child.read(|t, a| target_sql::read(t, &target_databases, a));
        Facts {
            migration,
            recorded_at: answers.recorded_at,
            replicas: child.read(replicas::read),
            configurations: child.read(configurations::read),
            activity: source.read(activity::read),
            entra: source.read(entra::read),
            source_sku: source_azure::read(migration, answers),
            on_target,
            target_databases,
            capabilities,
            session: source.read(session::read),
            connection: source.read(session::read_connection),
            extensions,
            pins: source.read(extensions::read_pins),
            schedulers,
            read_only: source.read(|s, a| read_only::read(s, &settings, a)),
            passwords: source.read(roles::read),
            host: source.read(host::read),
            objects: source
                .read(|s, a| Ok(objects::read(migration, s, databases.as_ref().ok(), a))),
            relations: source.read(|s, a| Ok(relations::read(s, databases.as_ref().ok(), a))),
            removed: source.read(|_, a| Ok(removed::read(databases.as_ref().ok(), a))),
            load: source.read(|s, a| Ok(load::read(s, databases.as_ref().ok(), a))),
            access: source.read(|s, a| Ok(access::read(migration, s, databases.as_ref().ok(), a))),
            stream: source.read(|s, a| Ok(stream::read(s, databases.as_ref().ok(), a))),
            reach: source.read(|s, a| Ok(reach::read(s, a))),
            path: child.read(|t, a| Ok(path::read(migration, t, &server, a))),
            service: child.read(|t, a| Ok(service::read(migration, t, &server, a))),
            databases,
            server,
            settings,
        }
    }
}

impl Facts<'_> {
    /// The source version, from the session or from the connection.
    pub fn source_version(&self) -> Fact<version::Version> {
        let session = self.session.as_ref().map(session::Session::version);
        session.or_else(|missing| {
            self.connection
                .as_ref()
                .map(session::Connection::version)
                .map_err(|_| missing.clone())
        })
    }
}

/// One side of the migration and its answers, or why the side is missing.
struct Reader<'a, S> {
    side: Fact<&'a S>,
    answers: &'a Answers,
}

impl<'a, S> Reader<'a, S> {
    fn read<T>(&self, read: impl FnOnce(&'a S, &'a Answers) -> Fact<T>) -> Fact<T> {
        read(self.side.clone()?, self.answers)
    }
}
