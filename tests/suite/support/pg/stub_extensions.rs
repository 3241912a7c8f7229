//! A server tree with extensions that are not in the package: links to the package's files, and stub extensions.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::{fs, io};

use super::directories::ServerOptions;

/// Creates a tree in `private_tree` that runs like `tree`. PostgreSQL finds its files relative to the real path of its
/// program.
/// Therefore the program is a copy, and everything else is a link.
pub(super) fn create_private_tree(
    tree: &Path,
    private_tree: &Path,
    options: &ServerOptions,
) -> io::Result<()> {
    let (share, extension) = ("share/postgresql", "share/postgresql/extension");
    fs::create_dir_all(private_tree.join("bin"))?;
    fs::create_dir_all(private_tree.join(extension))?;
    // A separate process copies the file: a child started at the same time would inherit a file that is open for
    // writing.
    // A program that is open for writing cannot be executed.
    let copied = Command::new("cp")
        .arg(tree.join("bin/postgres"))
        .arg(private_tree.join("bin/"))
        .status()?;
    if !copied.success() {
        return Err(io::Error::other("cannot copy bin/postgres"));
    }
    symlink(tree.join("lib"), private_tree.join("lib"))?;
    link_missing(&tree.join(share), &private_tree.join(share))?;
    link_missing(&tree.join(extension), &private_tree.join(extension))?;
    if options.broken_controls {
        link_missing(&tree.join("broken-controls"), &private_tree.join(extension))?;
    }
    options
        .stub_extensions
        .iter()
        .try_for_each(|(name, version)| {
            write_stub_extension(&private_tree.join(extension), name, version)
        })
}

/// Links every entry of `from` that does not exist in `to`.
fn link_missing(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let link = to.join(entry.file_name());
        if !link.exists() {
            symlink(entry.path(), link)?;
        }
    }
    Ok(())
}

/// Writes an extension without content. It replaces an extension of the same name from the package.
fn write_stub_extension(extension_dir: &Path, name: &str, version: &str) -> io::Result<()> {
    let control = extension_dir.join(format!("{name}.control"));
    let script = extension_dir.join(format!("{name}--{version}.sql"));
    // These are links into the shared tree: writing through one would change every server.
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
