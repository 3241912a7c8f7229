//! What may be said of a migration, live or recorded: mode, databases, users, the source's size.

use clap::Args;

use crate::plan::file::Wish;
use crate::plan::{Exposure, Migration, Mode, ServerId, SourceKind};

/// What may also be said of a recorded migration.
#[derive(Debug, Clone, Args)]
pub struct Details {
    /// Offline or online migration
    #[arg(long, help_heading = "The migration")]
    pub mode: Option<Mode>,
    /// A database to migrate; give it once for each [default: every user database]
    #[arg(long = "database", value_name = "NAME", help_heading = "The migration")]
    pub databases: Vec<String>,
    /// Whom the service signs in as on the source [default: the connected user]
    #[arg(long, value_name = "NAME", help_heading = "The migration")]
    pub migration_user: Option<String>,
    /// Whom the service signs in as on the target [default: the user of --target-url]
    #[arg(long, value_name = "NAME", help_heading = "The migration")]
    pub target_user: Option<String>,
    /// Databases of the same name on the target are to be dropped and written anew
    #[arg(long, help_heading = "The migration")]
    pub overwrite: bool,
    /// The identity that asks Azure is also the one that creates the migration
    #[arg(long, help_heading = "The migration")]
    pub identity_migrates: bool,
    /// The resource id of the source, where it is a flexible server itself
    #[arg(long, value_name = "ID", help_heading = "The migration")]
    pub source_id: Option<ServerId>,
    /// Where the source runs
    #[arg(
        long,
        value_name = "KIND",
        hide_possible_values = true,
        help_heading = "The migration"
    )]
    pub source_kind: Option<SourceKind>,
    /// How the service reaches the source
    #[arg(long, help_heading = "The migration")]
    pub source_exposure: Option<Exposure>,
    /// Processors of the source
    #[arg(long, value_name = "N", help_heading = "The migration")]
    pub source_vcores: Option<u32>,
    /// Memory of the source, in GiB
    #[arg(long, value_name = "N", help_heading = "The migration")]
    pub source_memory_gib: Option<f64>,
}

impl Details {
    /// As a plan says it; of what only a plan or another argument says, nothing.
    pub(super) fn wish(&self) -> Wish {
        let d = self;
        Wish {
            name: None,
            source: None,
            target: None,
            mode: d.mode,
            databases: (!d.databases.is_empty()).then(|| d.databases.clone()),
            migration_user: d.migration_user.clone(),
            source_kind: d.source_kind,
            source_exposure: d.source_exposure,
            source_vcores: d.source_vcores,
            source_memory_gib: d.source_memory_gib,
            source_id: d.source_id.clone(),
            target_url: None,
            target_user: d.target_user.clone(),
            overwrite: d.overwrite.then_some(true),
            identity_migrates: d.identity_migrates.then_some(true),
        }
    }

    /// What is said anew of a recorded migration.
    pub fn apply(&self, migration: &mut Migration) {
        if let Some(mode) = self.mode {
            migration.mode = mode;
        }
        if !self.databases.is_empty() {
            migration.databases.clone_from(&self.databases);
        }
        if let Some(source) = &mut migration.source {
            source.kind = self.source_kind.or(source.kind);
            source.exposure = self.source_exposure.or(source.exposure);
            source.vcores = self.source_vcores.or(source.vcores);
            source.memory_gib = self.source_memory_gib.or(source.memory_gib);
        }
        migration.overwrite |= self.overwrite;
        migration.identity_migrates |= self.identity_migrates;
    }
}
