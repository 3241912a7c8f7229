//! What to run, for someone who has the rights to: text in the languages of psql and az. Runs nothing itself.
//! Not here: the commands of a single finding (`checks::command`), how a report is laid out (`report`).

pub mod fix;
pub mod grants;
