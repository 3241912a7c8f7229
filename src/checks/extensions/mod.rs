//! Checks of installed extensions against the extensions that the target offers, allows and preloads.

mod extension_data_left_behind;
mod extension_in_system_schema;
mod extension_jobs_running;
mod extension_not_allowed;
mod extension_not_migrated;
mod extension_not_preloaded;
mod extension_not_supported;
mod extension_version_breaks;
mod preload_library_absent;

use super::{Check, Findings, Unanswered};
use crate::facts::allowed::Allowed;
use crate::facts::extensions::Extension;
use crate::facts::{Fact, Facts, Missing};
use crate::reference::{extensions as table, providers};

/// The checks of this area, in report order.
pub const ALL: &[&Check] = &[
    &extension_not_supported::CHECK,
    &extension_not_allowed::CHECK,
    &extension_not_preloaded::CHECK,
    &extension_version_breaks::CHECK,
    &extension_in_system_schema::CHECK,
    &extension_not_migrated::CHECK,
    &extension_jobs_running::CHECK,
    &extension_data_left_behind::CHECK,
    &preload_library_absent::CHECK,
];

/// An extension in a database to migrate.
struct Installed<'f> {
    database: &'f str,
    extension: &'f Extension,
}

impl Installed<'_> {
    fn object(&self) -> String {
        format!("extension/{}/{}", self.database, self.extension.name)
    }
}

/// Returns the extensions of all databases to migrate, without those that every flexible server has. A database whose
/// extensions are not known is recorded as missing.
fn installed<'f>(
    facts: &'f Facts,
    findings: &mut Findings,
) -> Result<Vec<Installed<'f>>, Unanswered> {
    let databases = facts.databases.as_ref()?;
    let per_database = facts.extensions.as_ref()?;
    let selected = findings.selected(databases);
    let mut all = Vec::new();
    for in_database in per_database
        .iter()
        .filter(|i| selected.iter().any(|s| s.name == i.database))
    {
        for extension in findings.know(&in_database.extensions).into_iter().flatten() {
            if !providers::is_platform_extension(&extension.name) {
                all.push(Installed {
                    database: &in_database.database,
                    extension,
                });
            }
        }
    }
    Ok(all)
}

/// The extensions that the target offers: its own list, or the documented table for its major version.
pub(in crate::checks) enum Offer<'f> {
    Listed(&'f [String]),
    Table { major: u32 },
}

impl Offer<'_> {
    pub(in crate::checks) fn has(&self, extension: &str) -> bool {
        match self {
            Offer::Listed(names) => names.iter().any(|n| n.eq_ignore_ascii_case(extension)),
            Offer::Table { major } => {
                table::find(extension).is_some_and(|e| e.version_on(*major).is_some())
            }
        }
    }

    fn basis(&self) -> String {
        match self {
            Offer::Listed(_) => "the target's own list (`azure.extensions`)".to_owned(),
            Offer::Table { major } => format!(
                "the documentation's table for PostgreSQL {major} of {}",
                table::AS_OF
            ),
        }
    }
}

/// Returns the target's own list. If ARM does not return it, uses the documented table.
pub(in crate::checks) fn offer<'f>(facts: &'f Facts) -> Fact<Offer<'f>> {
    let own = facts
        .configurations
        .as_ref()
        .map_err(Clone::clone)
        .and_then(|c| c.get("azure.extensions"));
    if let Ok(Allowed::SetOf(names) | Allowed::OneOf(names)) = own.as_ref().map(|c| &c.allowed)
        && !names.is_empty()
    {
        return Ok(Offer::Listed(names));
    }
    let server = facts.server.as_ref().map_err(Clone::clone)?;
    let major = server.version.as_ref().map_err(Clone::clone)?.major();
    if table::knows_major(major) {
        return Ok(Offer::Table { major });
    }
    Err(own.err().unwrap_or_else(|| {
        let reason =
            format!("nothing lists the extensions that PostgreSQL {major} is offered with");
        Missing::not_said(reason, "run again with a newer version of the tool")
    }))
}
