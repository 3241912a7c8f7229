//! Finds the recordings that a recording extends. A `base` is a relative path that the author of the manifest chose. It
//! can leave the folder of the recording, but it cannot follow a symbolic link.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use super::archive::{self, ArchiveReader};
use super::manifest::{MANIFEST_FILE, Manifest};
use super::recording_error::RecordingError;

/// The recordings that were opened so far, each of which extends the next one.
pub(super) struct BaseChain {
    /// The path of the recording that was opened last.
    path: PathBuf,
    is_archive: bool,
    /// The canonical paths of all opened recordings.
    opened: BTreeSet<PathBuf>,
}

impl BaseChain {
    pub(super) fn new(path: &Path, store: &ArchiveReader) -> BaseChain {
        BaseChain {
            path: path.to_owned(),
            is_archive: matches!(store, ArchiveReader::TarGz(_)),
            opened: path.canonicalize().into_iter().collect(),
        }
    }

    /// Opens the base of the recording that was opened last.
    pub(super) fn open_base(
        &mut self,
        base: &str,
    ) -> Result<(ArchiveReader, Manifest), RecordingError> {
        let unusable = |reason: String| RecordingError::UnusableBase {
            path: self.path.join(MANIFEST_FILE),
            base: base.to_owned(),
            reason,
        };
        if self.is_archive {
            return Err(unusable("which an archive cannot have".to_owned()));
        }
        let folder = resolve(&self.path, base).map_err(|why| unusable(why.to_owned()))?;
        let no_recording = |e| unusable(format!("which is not a recording ({e})"));
        let canonical = folder.canonicalize().map_err(no_recording)?;
        if self.opened.contains(&canonical) {
            return Err(unusable("which extends this recording".to_owned()));
        }
        let store = ArchiveReader::open(&folder).map_err(no_recording)?;
        let text = store.read(MANIFEST_FILE).map_err(no_recording)?;
        let manifest = Manifest::parse(&folder.join(MANIFEST_FILE), &text)?;
        self.opened.insert(canonical);
        self.path = folder;
        Ok((store, manifest))
    }
}

/// The folder that `base` names, relative to `folder`.
fn resolve(folder: &Path, base: &str) -> Result<PathBuf, &'static str> {
    let mut path = folder.to_owned();
    // A backslash separates folders only on Windows, and a recording is read on every system.
    if base.is_empty() || base.contains('\\') {
        return Err("which is not a relative path");
    }
    for component in Path::new(base).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => path.push(".."),
            Component::Normal(name) => path.push(name),
            Component::RootDir | Component::Prefix(_) => {
                return Err("which is not a relative path");
            }
        }
        if fs::symlink_metadata(&path).is_ok_and(|m| m.is_symlink()) {
            return Err("which leads through a symbolic link");
        }
    }
    if archive::is_tar_gz(&path) {
        Err("which is an archive and not a folder")
    } else {
        Ok(path)
    }
}
