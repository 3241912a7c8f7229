//! Where a recording lies: a folder, or one file (`.tar.gz`) with the same files in it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

/// The most that one file of an archive may hold, and all of them: an archive may come from anybody, and a small one may
/// unpack to anything.
const MOST_BYTES: u64 = 1 << 30;

/// The files of a recording that is read.
pub(super) enum Store {
    Folder(PathBuf),
    Archive(BTreeMap<String, Vec<u8>>),
}

impl Store {
    pub fn open(path: &Path) -> io::Result<Store> {
        if path.is_dir() || !is_archive(path) {
            return Ok(Store::Folder(path.to_owned()));
        }
        unpacked(GzDecoder::new(File::open(path)?)).map(Store::Archive)
    }

    /// One file, by its bare name.
    pub fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        match self {
            Store::Folder(folder) => fs::read(folder.join(name)),
            Store::Archive(files) => {
                let found = files.get(name).cloned();
                found.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
            }
        }
    }
}

/// Whether a path names the single-file form.
pub fn is_archive(path: &Path) -> bool {
    let name = path.to_string_lossy().to_lowercase();
    name.ends_with(".tar.gz") || name.ends_with(".tgz")
}

/// The files of an archive by their bare names: a folder that they lie in is left off, and nothing is written anywhere.
fn unpacked(archive: impl Read) -> io::Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let mut left = MOST_BYTES;
    for entry in tar::Archive::new(archive).entries()? {
        let mut entry = entry?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let name = entry
            .path()?
            .file_name()
            .map(|n| n.to_string_lossy().into_owned());
        let mut bytes = Vec::new();
        let size = entry.by_ref().take(left + 1).read_to_end(&mut bytes)? as u64;
        left = left
            .checked_sub(size)
            .ok_or_else(|| io::Error::other("it holds more than a recording does"))?;
        files.extend(name.map(|name| (name, bytes)));
    }
    Ok(files)
}

/// A recording that is being written. Its manifest comes last: a folder without one was not finished, and an archive that was
/// not finished does not get its name.
pub(super) enum Writer {
    Folder(PathBuf),
    Archive {
        path: PathBuf,
        part: PathBuf,
        files: Box<tar::Builder<GzEncoder<File>>>,
    },
}

impl Writer {
    pub fn begin(path: &Path) -> io::Result<Writer> {
        if !is_archive(path) {
            return Ok(Writer::Folder(path.to_owned()));
        }
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let packed = GzEncoder::new(File::create(&part)?, Compression::default());
        Ok(Writer::Archive {
            path: path.to_owned(),
            part,
            files: Box::new(tar::Builder::new(packed)),
        })
    }

    pub fn put(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        match self {
            Writer::Folder(folder) => fs::write(folder.join(name), bytes),
            Writer::Archive { files, .. } => {
                // No owner and no time: the same answers make the same bytes
                let mut header = tar::Header::new_gnu();
                header.set_size(bytes.len() as u64);
                header.set_mode(0o600);
                files.append_data(&mut header, name, bytes)
            }
        }
    }

    pub fn finish(self) -> io::Result<()> {
        match self {
            Writer::Folder(_) => Ok(()),
            Writer::Archive { path, part, files } => {
                files.into_inner()?.finish()?.flush()?;
                fs::rename(&part, path)
            }
        }
    }
}
