//! Workload of the source: connections, standbys, tables.

pub mod connections;
pub mod standbys;
pub mod tables;

use super::Fact;
use super::databases::Databases;
use crate::plan::SourceServer;
use crate::question::{Answers, Question};

/// Workload of the source. Each part can be missing separately.
#[derive(Debug)]
pub struct Load {
    pub connections: Fact<connections::Connections>,
    pub standbys: Fact<Vec<standbys::Standby>>,
    /// Tables of each queried database. Empty if the databases are unknown.
    pub tables: Vec<tables::InDatabase>,
}

/// Questions for the whole server.
pub fn questions(source: &SourceServer) -> Vec<Question> {
    vec![connections::question(source), standbys::question(source)]
}

/// Questions for each database.
pub fn questions_in(database: &str) -> Vec<Question> {
    tables::questions_in(database).to_vec()
}

/// Reads the workload from the answers.
pub fn read(source: &SourceServer, databases: Option<&Databases>, answers: &Answers) -> Load {
    Load {
        connections: connections::read(source, answers),
        standbys: standbys::read(source, answers),
        tables: databases.map_or_else(Vec::new, |d| tables::read(d, answers)),
    }
}
