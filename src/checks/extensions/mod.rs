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

use super::{Check, Findings, Inconclusive, Object};
use crate::facts::source::installed_extensions::InstalledExtension;
use crate::facts::target::allowed_values::AllowedValues;
use crate::facts::{Fact, Facts, Missing};
use crate::reference::{extension_table as table, providers};

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
struct SelectedExtension<'f> {
    database: &'f str,
    extension: &'f InstalledExtension,
}

impl SelectedExtension<'_> {
    fn object(&self) -> Object {
        Object::extension(self.database, &self.extension.name)
    }
}

/// Returns the extensions of all databases to migrate, without those that every flexible server has. A database whose
/// extensions are not known is recorded as missing.
fn installed_extensions<'f>(
    facts: &'f Facts,
    findings: &mut Findings,
) -> Result<Vec<SelectedExtension<'f>>, Inconclusive> {
    let databases = facts.databases.as_ref()?;
    let per_database = facts.extensions.as_ref()?;
    let selected = findings.selected_databases(databases);
    let mut all = Vec::new();
    for in_database in per_database
        .iter()
        .filter(|i| selected.iter().any(|s| s.name == i.database))
    {
        for extension in findings
            .require(&in_database.extensions)
            .into_iter()
            .flatten()
        {
            if !providers::is_platform_extension(&extension.name) {
                all.push(SelectedExtension {
                    database: &in_database.database,
                    extension,
                });
            }
        }
    }
    Ok(all)
}

/// The extensions that the target offers: its own list, or the documented table for its major version.
pub(in crate::checks) enum ExtensionOffer<'f> {
    Listed(&'f [String]),
    Table { major: u32 },
}

impl ExtensionOffer<'_> {
    pub(in crate::checks) fn contains(&self, extension: &str) -> bool {
        match self {
            ExtensionOffer::Listed(names) => {
                names.iter().any(|n| n.eq_ignore_ascii_case(extension))
            }
            ExtensionOffer::Table { major } => {
                table::find(extension).is_some_and(|e| e.version_on(*major).is_some())
            }
        }
    }

    fn basis(&self) -> String {
        match self {
            ExtensionOffer::Listed(_) => "the target's own list (`azure.extensions`)".to_owned(),
            ExtensionOffer::Table { major } => format!(
                "the documentation's table for PostgreSQL {major} of {}",
                table::AS_OF
            ),
        }
    }
}

/// Returns the target's own list. If ARM does not return it, uses the documented table.
pub(in crate::checks) fn extension_offer<'f>(facts: &'f Facts) -> Fact<ExtensionOffer<'f>> {
    let own = facts
        .target_parameters
        .as_ref()
        .map_err(Clone::clone)
        .and_then(|c| c.get("azure.extensions"));
    if let Ok(AllowedValues::SetOf(names) | AllowedValues::OneOf(names)) =
        own.as_ref().map(|c| &c.allowed_values)
        && !names.is_empty()
    {
        return Ok(ExtensionOffer::Listed(names));
    }
    let server = facts.server.as_ref()?;
    let major = server.version.as_ref()?.major();
    if table::has_major(major) {
        return Ok(ExtensionOffer::Table { major });
    }
    Err(own.err().unwrap_or_else(|| {
        let reason =
            format!("nothing lists the extensions that PostgreSQL {major} is offered with");
        Missing::not_specified(reason, "run again with a newer version of the tool")
    }))
}
