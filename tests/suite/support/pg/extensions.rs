//! A server tree with extensions that the package does not ship: the package's own files, linked to, and stubs beside them.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use super::home::Options;

/// Makes at `own` a tree that runs as `tree` does. PostgreSQL finds its files from where its program really lies, so the
/// program is a copy; everything else is a link.
pub(super) fn own_tree(tree: &Path, own: &Path, options: &Options) -> io::Result<()> {
    let (share, extension) = ("share/postgresql", "share/postgresql/extension");
    fs::create_dir_all(own.join("bin"))?;
    fs::create_dir_all(own.join(extension))?;
    // By another process: a child that is started meanwhile would inherit the open file, and what is open to be written cannot run
    let copied = Command::new("cp")
        .arg(tree.join("bin/postgres"))
        .arg(own.join("bin/"))
        .status()?;
    if !copied.success() {
        return Err(io::Error::other("cannot copy bin/postgres"));
    }
    symlink(tree.join("lib"), own.join("lib"))?;
    link_all(&tree.join(share), &own.join(share))?;
    link_all(&tree.join(extension), &own.join(extension))?;
    if options.broken_controls {
        link_all(&tree.join("broken-controls"), &own.join(extension))?;
    }
    options
        .extensions
        .iter()
        .try_for_each(|(name, version)| stub(&own.join(extension), name, version))
}

/// Links every entry of `from` that `to` has not got already.
fn link_all(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let link = to.join(entry.file_name());
        if !link.exists() {
            symlink(entry.path(), link)?;
        }
    }
    Ok(())
}

/// Writes an extension with no content; one that the package ships is replaced.
fn stub(place: &Path, name: &str, version: &str) -> io::Result<()> {
    let control = place.join(format!("{name}.control"));
    let script = place.join(format!("{name}--{version}.sql"));
    // Links into the shared tree: what is written through one would be every server's
    for link in [&control, &script] {
        if link.exists() {
            fs::remove_file(link)?;
        }
    }
    fs::write(
        control,
        format!(
            "comment = 'stands in for {name}'\ndefault_version = '{version}'\nrelocatable = true\n"
        ),
    )?;
    fs::write(script, "SELECT 1;\n")
}
