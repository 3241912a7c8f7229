//! How busy and how large the source is: connections, standbys, tables.
//! Not here: databases' sizes (`databases`).

pub mod connections;
pub mod standbys;
pub mod tables;

use super::Fact;
use super::databases::Databases;
use crate::plan::SourceServer;
use crate::question::{Answers, Question};

/// What is known of it, each part for itself.
#[derive(Debug)]
pub struct Load {
    pub connections: Fact<connections::Connections>,
    pub standbys: Fact<Vec<standbys::Standby>>,
    /// The tables of each database that was to be asked; none where the databases are not known.
    pub tables: Vec<tables::InDatabase>,
}

/// What is asked of the server as a whole.
pub fn questions(source: &SourceServer) -> Vec<Question> {
    vec![connections::question(source), standbys::question(source)]
}

/// What is asked in each database.
pub fn questions_in(database: &str) -> Vec<Question> {
    tables::questions_in(database).to_vec()
}

/// Reads all of it.
pub fn read(source: &SourceServer, databases: Option<&Databases>, answers: &Answers) -> Load {
    Load {
        connections: connections::read(source, answers),
        standbys: standbys::read(source, answers),
        tables: databases.map_or_else(Vec::new, |d| tables::read(d, answers)),
    }
}
