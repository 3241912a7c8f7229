//! Recordings: a folder with `manifest.json` and one file for each answer, or a `.tar.gz` of these files.
//! Reads a recording as a [`Backend`](super::Backend). [`Recorder`] and [`FleetRecorder`] write one.
//! The questions come from the manifest: a deleted file is a failure of its question, not a smaller scope.
//!
//! A recording folder can extend another one. Its manifest then has a `base`: the relative path of the other folder.
//! A question that the manifest does not name is answered by the base, which can have a base too. A question that it
//! names is never answered by the base, even if its file is missing. Time, origin, signed-in identity, migrations, and
//! fleet summary are those of the recording that is opened. No command writes a `base`: a recording is complete without
//! other folders, also one that was made with `audit --resume` from a recording with a base.

mod age;
mod archive;
mod base;
mod fleet_recorder;
mod manifest;
mod reader;
mod recording_error;
mod secret_scan;
mod writer;

pub use age::now;
pub use fleet_recorder::FleetRecorder;
pub use reader::{MigrationView, Recording};
pub use recording_error::RecordingError;
pub use writer::Recorder;
