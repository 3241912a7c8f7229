//! Reads service files, which define named groups of connection parameters.
//! <https://www.postgresql.org/docs/current/libpq-pgservice.html>

use std::path::{Path, PathBuf};

use super::ConninfoError;
use super::connection_string::ConninfoParameters;
use super::keywords::find_keyword;
use super::libpq_paths::{EnvLookup, system_service_files, user_service_file};

/// Adds the parameters of a service that the connection string does not set.
///
/// `file` is the value of `servicefile` or `PGSERVICEFILE`. It is read before the system-wide files, instead of the
/// user's default file.
pub(crate) fn add_service(
    settings: &mut ConninfoParameters,
    service: &str,
    file: Option<&str>,
    env: EnvLookup<'_>,
) -> Result<(), ConninfoError> {
    let mut files: Vec<PathBuf> = file
        .map(PathBuf::from)
        .or_else(|| user_service_file(env))
        .into_iter()
        .collect();
    files.extend(system_service_files(env));
    for (at, path) in files.iter().enumerate() {
        let is_explicit = at == 0 && file.is_some();
        if (is_explicit || path.exists()) && add_service_from_file(settings, service, path)? {
            return Ok(());
        }
    }
    let searched = files
        .iter()
        .map(|f| format!("`{}`", f.display()))
        .collect::<Vec<_>>()
        .join(", ");
    Err(ConninfoError::UnknownService(service.to_owned(), searched))
}

/// Adds the parameters of the service from one file. Returns whether the file defines the service.
fn add_service_from_file(
    settings: &mut ConninfoParameters,
    service: &str,
    path: &Path,
) -> Result<bool, ConninfoError> {
    let text = std::fs::read_to_string(path).map_err(|cause| ConninfoError::UnusableFile {
        what: "the service file",
        file: path.display().to_string(),
        cause: cause.to_string(),
    })?;
    let mut is_in_service = false;
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(name) = line.strip_prefix('[') {
            if is_in_service {
                return Ok(true);
            }
            is_in_service = name.split(']').next() == Some(service);
        } else if is_in_service {
            add_line(settings, line).map_err(|fault| ConninfoError::InvalidServiceFile {
                file: path.display().to_string(),
                line: at + 1,
                fault,
            })?;
        }
    }
    Ok(is_in_service)
}

fn add_line(settings: &mut ConninfoParameters, line: &str) -> Result<(), String> {
    if line.starts_with("ldap") {
        return Err("LDAP look-ups are not supported; write the parameters out".to_owned());
    }
    let (name, value) = line
        .split_once('=')
        .ok_or("a line must be `keyword=value`, without spaces around the `=`")?;
    if ["service", "servicefile"].contains(&name) {
        return Err("a service cannot name another".to_owned());
    }
    let keyword = find_keyword(name, settings.has_secret()).map_err(|e| e.to_string())?;
    settings.set_default(keyword, value.to_owned());
    Ok(())
}
