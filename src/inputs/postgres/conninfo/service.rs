//! Reads service files, which define named groups of connection parameters.
//! <https://www.postgresql.org/docs/current/libpq-pgservice.html>

use std::path::{Path, PathBuf};

use super::ConninfoError;
use super::keywords::known;
use super::places::{Env, system_service_files, user_service_file};
use super::text::Settings;

/// Adds the parameters of a service that the connection string does not set.
///
/// `file` is the value of `servicefile` or `PGSERVICEFILE`. It is read before the system-wide files, instead of the
/// user's default file.
pub(super) fn add(
    settings: &mut Settings,
    service: &str,
    file: Option<&str>,
    env: Env<'_>,
) -> Result<(), ConninfoError> {
    let mut files: Vec<PathBuf> = file
        .map(PathBuf::from)
        .or_else(|| user_service_file(env))
        .into_iter()
        .collect();
    files.extend(system_service_files(env));
    for (at, path) in files.iter().enumerate() {
        let named = at == 0 && file.is_some();
        if (named || path.exists()) && add_from(settings, service, path)? {
            return Ok(());
        }
    }
    let looked = files
        .iter()
        .map(|f| format!("`{}`", f.display()))
        .collect::<Vec<_>>()
        .join(", ");
    Err(ConninfoError::NoSuchService(service.to_owned(), looked))
}

/// Adds the parameters of the service from one file. Returns whether the file defines the service.
fn add_from(settings: &mut Settings, service: &str, path: &Path) -> Result<bool, ConninfoError> {
    let text = std::fs::read_to_string(path).map_err(|cause| ConninfoError::File {
        what: "the service file",
        file: path.display().to_string(),
        cause: cause.to_string(),
    })?;
    let mut inside = false;
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(name) = line.strip_prefix('[') {
            if inside {
                return Ok(true);
            }
            inside = name.split(']').next() == Some(service);
        } else if inside {
            entry(settings, line).map_err(|fault| ConninfoError::ServiceFile {
                file: path.display().to_string(),
                line: at + 1,
                fault,
            })?;
        }
    }
    Ok(inside)
}

fn entry(settings: &mut Settings, line: &str) -> Result<(), String> {
    if line.starts_with("ldap") {
        return Err("LDAP look-ups are not supported; write the parameters out".to_owned());
    }
    let (name, value) = line
        .split_once('=')
        .ok_or("a line must be `keyword=value`, without spaces around the `=`")?;
    if ["service", "servicefile"].contains(&name) {
        return Err("a service cannot name another".to_owned());
    }
    let keyword = known(name, settings.has_secret()).map_err(|e| e.to_string())?;
    settings.add(keyword, value.to_owned());
    Ok(())
}
