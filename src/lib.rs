//! Can this PostgreSQL be migrated into that Azure Database for PostgreSQL flexible server now, and if not, what must change?

pub mod checks;
pub mod facts;
pub mod inputs;
pub mod plan;
pub mod queries;
pub mod question;
pub mod reference;
pub mod report;
pub mod verdict;
