//! The files of a recording: a folder, or one `.tar.gz` file with the same content.

use std::collections::BTreeMap;
use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

/// The size limit in bytes of one file, and of a complete unpacked archive. A recording can be untrusted, and a small
/// archive can unpack to any size.
const MAX_BYTES: u64 = 1 << 30;

/// Reads the files of a recording.
pub(crate) enum ArchiveReader {
    Folder(PathBuf),
    TarGz(BTreeMap<String, Vec<u8>>),
}

impl ArchiveReader {
    pub fn open(path: &Path) -> io::Result<ArchiveReader> {
        if path.is_dir() || !is_tar_gz(path) {
            return Ok(ArchiveReader::Folder(path.to_owned()));
        }
        let archive = open_regular_file(path, fs::metadata(path)?)?;
        unpack(GzDecoder::new(archive), MAX_BYTES).map(ArchiveReader::TarGz)
    }

    /// Reads one file by its base name.
    pub fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        match self {
            ArchiveReader::Folder(folder) => {
                let path = folder.join(name);
                let file = open_regular_file(&path, fs::symlink_metadata(&path)?)?;
                let mut bytes = Vec::new();
                limit_bytes(file, MAX_BYTES).read_to_end(&mut bytes)?;
                Ok(bytes)
            }
            ArchiveReader::TarGz(files) => {
                let found = files.get(name).cloned();
                found.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
            }
        }
    }
}

/// Returns whether a path names the single-file form.
pub fn is_tar_gz(path: &Path) -> bool {
    let name = path.to_string_lossy().to_lowercase();
    name.ends_with(".tar.gz") || name.ends_with(".tgz")
}

/// Opens a regular file only. A symbolic link can lead anywhere, and a pipe or a device can be endless.
fn open_regular_file(path: &Path, metadata: Metadata) -> io::Result<File> {
    if metadata.is_file() {
        File::open(path)
    } else {
        Err(io::Error::other("it is no regular file"))
    }
}

/// Fails after a number of bytes, where [`Read::take`] would report the end of the file.
struct LimitedReader<R> {
    inner: R,
    remaining: u64,
}

fn limit_bytes<R>(inner: R, left: u64) -> LimitedReader<R> {
    LimitedReader {
        inner,
        remaining: left,
    }
}

impl<R: Read> Read for LimitedReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let left = self.remaining.checked_sub(read as u64);
        self.remaining =
            left.ok_or_else(|| io::Error::other("it holds more than a recording does"))?;
        Ok(read)
    }
}

/// Returns the files of an archive by their base names. Folders in the archive are ignored, and nothing is written to
/// disk. The limit includes names and headers, because these can also have any length.
fn unpack(archive: impl Read, max_bytes: u64) -> io::Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for entry in tar::Archive::new(limit_bytes(archive, max_bytes)).entries()? {
        let mut entry = entry?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let name = entry
            .path()?
            .file_name()
            .map(|n| n.to_string_lossy().into_owned());
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes)?;
        files.extend(name.map(|name| (name, bytes)));
    }
    Ok(files)
}

/// Checks that `path` is writable, before any question is sent.
pub fn check_writable(path: &Path) -> io::Result<()> {
    let probe_path = if is_tar_gz(path) {
        partial_path(path)
    } else {
        path.join("manifest.json.part")
    };
    File::create(&probe_path)?;
    fs::remove_file(probe_path)
}

/// The temporary path of an archive until it is complete.
fn partial_path(path: &Path) -> PathBuf {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    PathBuf::from(part)
}

/// Writes the files of a recording. The manifest is written last: a folder without a manifest is incomplete.
/// An archive gets its final name only when it is complete.
pub(crate) enum ArchiveWriter {
    Folder(PathBuf),
    TarGz {
        path: PathBuf,
        part: PathBuf,
        files: Box<tar::Builder<GzEncoder<File>>>,
    },
}

impl ArchiveWriter {
    pub fn create(path: &Path) -> io::Result<ArchiveWriter> {
        if !is_tar_gz(path) {
            return Ok(ArchiveWriter::Folder(path.to_owned()));
        }
        let part = partial_path(path);
        let encoder = GzEncoder::new(File::create(&part)?, Compression::default());
        Ok(ArchiveWriter::TarGz {
            path: path.to_owned(),
            part,
            files: Box::new(tar::Builder::new(encoder)),
        })
    }

    pub fn write_file(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        match self {
            ArchiveWriter::Folder(folder) => fs::write(folder.join(name), bytes),
            ArchiveWriter::TarGz { files, .. } => {
                // No owner and no time: the same answers produce the same bytes.
                let mut header = tar::Header::new_gnu();
                header.set_size(bytes.len() as u64);
                header.set_mode(0o600);
                files.append_data(&mut header, name, bytes)
            }
        }
    }

    pub fn finish(self) -> io::Result<()> {
        match self {
            ArchiveWriter::Folder(_) => Ok(()),
            ArchiveWriter::TarGz { path, part, files } => {
                files.into_inner()?.finish()?.flush()?;
                fs::rename(&part, path)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An archive with one file, whose name has this number of bytes.
    fn archive_with_name_of(name: usize) -> Vec<u8> {
        let mut files = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_size(2);
        let name = format!("{}.json", "n".repeat(name));
        files.append_data(&mut header, name, &b"{}"[..]).unwrap();
        files.into_inner().unwrap()
    }

    #[test]
    fn file_names_count_toward_the_size_limit() {
        assert_eq!(
            unpack(&archive_with_name_of(50)[..], 8_192).unwrap().len(),
            1
        );
        assert_eq!(
            unpack(&archive_with_name_of(300)[..], 8_192).unwrap().len(),
            1
        );
        let error = unpack(&archive_with_name_of(9_000)[..], 8_192).unwrap_err();
        assert_eq!(error.to_string(), "it holds more than a recording does");
    }

    #[cfg(unix)]
    #[test]
    fn only_regular_files_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::os::unix::fs::symlink("/dev/zero", at("endless.json")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(at("socket.json")).unwrap();
        fs::create_dir(at("folder.json")).unwrap();
        let store = ArchiveReader::open(folder.path()).unwrap();
        for name in ["endless.json", "socket.json", "folder.json"] {
            let error = store.read(name).unwrap_err();
            assert_eq!(error.to_string(), "it is no regular file", "{name}");
        }
        let absent = store.read("absent.json").unwrap_err();
        assert_eq!(absent.kind(), io::ErrorKind::NotFound);
    }
}
