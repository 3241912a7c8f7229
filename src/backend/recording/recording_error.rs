//! The errors of reading and writing a recording.

use std::io;
use std::path::PathBuf;

use super::manifest::FORMAT;

/// Why a recording could not be opened or written. When reading, all errors occur before the first question.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    #[error(
        "`{path}` is no recording: {source}; give the folder that holds its manifest.json, or its .tar.gz"
    )]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{path}: the manifest is not readable ({source}); record again, or restore the file")]
    Malformed {
        path: PathBuf,
        source: serde_json::Error,
    },
    #[error("{path} has format {found}, this version reads {FORMAT}; {}", format_advice(*found))]
    OtherFormat { path: PathBuf, found: u32 },
    #[error("{path}: `base` is `{base}`, {reason}; change `base`, or record again")]
    UnusableBase {
        path: PathBuf,
        base: String,
        reason: String,
    },
    #[error("`{path}` is not empty; name a folder that does not exist yet")]
    NotEmpty { path: PathBuf },
    #[error(
        "the recording was not written: its manifest seems to hold {what}, as the name of a database, a host or a resource; \
         record with `--redact`, or tell the makers of flexready where it stood"
    )]
    SecretInManifest { what: &'static str },
    #[error(
        "the recording says that it is of {recorded_at}, which is still to come, so `--max-age` cannot tell how old it is; set \
         the clock of the machine that records, or of this one, and record again"
    )]
    InFuture { recorded_at: String },
    #[error("the recording of {recorded_at} is {age} old, `--max-age` allows {most}; record again")]
    TooOld {
        recorded_at: String,
        age: String,
        most: String,
    },
    #[error("cannot write the recording to `{path}`: {source}")]
    Unwritable { path: PathBuf, source: io::Error },
}

fn format_advice(found: u32) -> &'static str {
    if found > FORMAT {
        "use a newer flexready"
    } else {
        "record again"
    }
}
