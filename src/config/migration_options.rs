//! The options of one migration, in a plan or on the command line, and how they change a [`Migration`].

use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args};
use schemars::JsonSchema;
use serde::Deserialize;

use super::azure_id::{AzureIdError, ResourceId, ServerId};
use super::cidr::Cidr;
use super::migration::{Migration, MigrationMode, MigrationScope};
use super::source_server::{SourceExposure, SourceKind, SourceTls};
use super::source_size::{
    deserialize_memory_gib, deserialize_vcores, parse_memory_gib, parse_vcores,
};

/// The group of the options that have no effect on a recording.
pub const LIVE_ONLY: &str = "live-only";

const HELP_HEADING: &str = "The migration";

/// Defines a struct of optional fields, and what applies to every field.
macro_rules! define_options {
    (
        $(#[$attribute:meta])*
        pub struct $name:ident {
            $($(#[$field_attribute:meta])* pub $field:ident: Option<$type:ty>,)*
        }
    ) => {
        $(#[$attribute])*
        pub struct $name {
            $($(#[$field_attribute])* pub $field: Option<$type>,)*
        }

        impl $name {
            /// These options, with unset options taken from `defaults`.
            #[must_use]
            pub fn with_defaults(self, defaults: &$name) -> $name {
                $name { $($field: self.$field.or_else(|| defaults.$field.clone()),)* }
            }

            /// The names of the fields that are set.
            pub fn set_fields(&self) -> Vec<&'static str> {
                let fields = [$((stringify!($field), self.$field.is_some()),)*];
                let set_fields = fields.into_iter().filter(|(_, is_set)| *is_set);
                set_fields.map(|(name, _)| name).collect()
            }
        }
    };
}

// A new option is a field here, a field of what it describes (`Migration` or `SourceServer`), and a line in `apply_to`.
// The order of the fields is that of the JSON schema. `display_order` is the order of `--help`, where it is different.
define_options! {
    /// The options of one migration. The command line and a plan have the same options, and none of them is required.
    #[derive(Debug, Clone, Default, PartialEq, Args, Deserialize, JsonSchema)]
    #[command(
        next_display_order = 20,
        group = ArgGroup::new(LIVE_ONLY).multiple(true)
    )]
    #[serde(deny_unknown_fields)]
    #[schemars(
        description = "What is said of one migration, in a plan or on the command line. Nothing is required here."
    )]
    pub struct MigrationOptions {
        #[arg(skip)]
        pub name: Option<String>,
        #[schemars(description = "A connection string without a password.")]
        #[arg(
            long,
            value_name = "CONNINFO",
            group = LIVE_ONLY,
            display_order = 0,
            help_heading = HELP_HEADING,
            help = "The source: a libpq connection string (URI or key=value) without a password [env: FLEXREADY_SOURCE, PG*]"
        )]
        pub source: Option<String>,
        #[arg(
            long,
            value_name = "ID",
            group = LIVE_ONLY,
            display_order = 0,
            help_heading = HELP_HEADING,
            help = "The target: its resource id, subscription/group/name, or its host name [env: FLEXREADY_TARGET]"
        )]
        pub target: Option<String>,
        #[arg(
            long,
            display_order = 10,
            help_heading = HELP_HEADING,
            help = "Offline or online migration [default: offline]"
        )]
        pub mode: Option<MigrationMode>,
        #[arg(
            long = "database",
            value_name = "NAME",
            display_order = 11,
            help_heading = HELP_HEADING,
            help = "A database to migrate; give it once for each [default: every user database]"
        )]
        pub databases: Option<Vec<String>>,
        #[arg(
            long,
            value_name = "NAME",
            group = LIVE_ONLY,
            display_order = 12,
            help_heading = HELP_HEADING,
            help = "Whom the service signs in as on the source [default: the connected user]"
        )]
        pub migration_user: Option<String>,
        #[arg(
            long,
            value_name = "KIND",
            help_heading = HELP_HEADING,
            help = "Where the source runs [default: as the server shows, else on-premises]"
        )]
        pub source_kind: Option<SourceKind>,
        #[arg(
            long,
            help_heading = HELP_HEADING,
            help = "How the service reaches the source [default: as its address says]"
        )]
        pub source_exposure: Option<SourceExposure>,
        #[serde(default, deserialize_with = "deserialize_vcores")]
        #[arg(
            long,
            value_name = "N",
            value_parser = parse_vcores,
            help_heading = HELP_HEADING,
            help = "Processors of the source"
        )]
        pub source_vcores: Option<u32>,
        #[serde(default, deserialize_with = "deserialize_memory_gib")]
        #[arg(
            long,
            value_name = "N",
            value_parser = parse_memory_gib,
            help_heading = HELP_HEADING,
            help = "Memory of the source, in GiB"
        )]
        pub source_memory_gib: Option<f64>,
        #[arg(
            long,
            value_name = "ID",
            help_heading = HELP_HEADING,
            help = "The Azure virtual network that the source stands in: its resource id"
        )]
        pub source_vnet: Option<String>,
        #[arg(
            long,
            value_name = "ID",
            help_heading = HELP_HEADING,
            help = "The runtime server that carries the migration for a target behind private endpoints: its resource id, or subscription/group/name"
        )]
        pub runtime_server: Option<String>,
        #[arg(
            long,
            value_name = "HOST",
            help_heading = HELP_HEADING,
            help = "Name or address of the source that the service will use, if it is not the one in --source"
        )]
        pub source_address: Option<String>,
        #[schemars(with = "Option<String>")]
        #[arg(
            long,
            value_name = "PREFIX",
            help_heading = HELP_HEADING,
            help = "Addresses that the service comes from: a prefix, or one address"
        )]
        pub source_reached_from: Option<Cidr>,
        #[arg(
            long,
            value_name = "MODE",
            help_heading = HELP_HEADING,
            help = "The service's sslMode towards the source [default: require, prefer where the source has no TLS]"
        )]
        pub source_tls: Option<SourceTls>,
        #[schemars(
            with = "Option<String>",
            description = "The flexible server that the source is, where it is one."
        )]
        #[arg(
            long,
            value_name = "ID",
            display_order = 16,
            help_heading = HELP_HEADING,
            help = "The resource id of the source, where it is a flexible server itself"
        )]
        pub source_id: Option<ServerId>,
        #[schemars(description = "A connection string to the target without a password.")]
        #[arg(
            long,
            value_name = "CONNINFO",
            group = LIVE_ONLY,
            display_order = 0,
            help_heading = HELP_HEADING,
            help = "The way into the target's databases, without a password: more can be known then [env: FLEXREADY_TARGET_URL]"
        )]
        pub target_url: Option<String>,
        #[arg(
            long,
            value_name = "NAME",
            group = LIVE_ONLY,
            display_order = 13,
            help_heading = HELP_HEADING,
            help = "Whom the service signs in as on the target [default: the user of --target-url]"
        )]
        pub target_user: Option<String>,
        #[arg(
            long,
            num_args = 0,
            default_missing_value = "true",
            display_order = 14,
            help_heading = HELP_HEADING,
            help = "Databases of the same name on the target are to be dropped and written anew"
        )]
        pub overwrite: Option<bool>,
        #[arg(
            long,
            num_args = 0,
            default_missing_value = "true",
            display_order = 15,
            help_heading = HELP_HEADING,
            help = "The identity that asks Azure is also the one that creates the migration"
        )]
        pub identity_migrates: Option<bool>,
        #[schemars(description = "The environment variable that holds the source's password.")]
        #[arg(skip)]
        pub source_password_env: Option<String>,
        #[schemars(
            description = "The file that holds the source's password and nothing else, relative to the plan."
        )]
        #[arg(skip)]
        pub source_password_file: Option<PathBuf>,
        #[schemars(description = "The environment variable that holds the target's password.")]
        #[arg(skip)]
        pub target_password_env: Option<String>,
        #[schemars(
            description = "The file that holds the target's password and nothing else, relative to the plan."
        )]
        #[arg(skip)]
        pub target_password_file: Option<PathBuf>,
        /// File and line, if the migration is from a plan.
        #[serde(skip)]
        #[arg(skip)]
        pub plan_position: Option<(String, usize)>,
    }
}

/// The source of a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordSource {
    /// libpq's conventions: PGPASSWORD, a password file, or no password.
    Libpq,
    Variable(String),
    File(PathBuf),
}

impl PasswordSource {
    fn new(variable: Option<&String>, file: Option<&PathBuf>) -> Self {
        match (variable, file) {
            (Some(name), _) => PasswordSource::Variable(name.clone()),
            (None, Some(path)) => PasswordSource::File(path.clone()),
            (None, None) => PasswordSource::Libpq,
        }
    }
}

impl MigrationOptions {
    /// The side that an option describes; `None` if it describes the whole migration.
    pub fn side_of(option: &str) -> Option<MigrationScope> {
        match option {
            "migration_user" => Some(MigrationScope::Source),
            "runtime_server" => Some(MigrationScope::Target),
            _ if option.starts_with("source") => Some(MigrationScope::Source),
            _ if option.starts_with("target") => Some(MigrationScope::Target),
            _ => None,
        }
    }

    /// Sets the options of a new or recorded migration. Unset options leave it unchanged. Connections and the target are
    /// resolved in `cli`, because they need the environment.
    ///
    /// # Errors
    /// An invalid resource ID.
    pub fn apply_to(&self, migration: &mut Migration) -> Result<(), AzureIdError> {
        if let Some(source) = &mut migration.source {
            override_with(&mut source.kind, self.source_kind);
            override_with(&mut source.exposure, self.source_exposure);
            override_with(&mut source.vcores, self.source_vcores);
            override_with(&mut source.memory_gib, self.source_memory_gib);
            override_with(&mut source.vnet, self.virtual_network()?);
            override_with(&mut source.address, self.source_address.clone());
            override_with(&mut source.reached_from, self.source_reached_from);
            override_with(&mut source.tls, self.source_tls);
            override_with(&mut source.azure_id, self.source_id.clone());
        }
        let runtime_server = self.runtime_server.as_deref().map(str::parse);
        override_with(&mut migration.runtime_server, runtime_server.transpose()?);
        override_with(&mut migration.migration_user, self.migration_user.clone());
        migration.mode = self.mode.unwrap_or(migration.mode);
        migration.overwrite = self.overwrite.unwrap_or(migration.overwrite);
        migration.identity_migrates = self
            .identity_migrates
            .unwrap_or(migration.identity_migrates);
        if let Some(databases) = &self.databases {
            migration.databases.clone_from(databases);
        }
        Ok(())
    }

    fn virtual_network(&self) -> Result<Option<ResourceId>, AzureIdError> {
        let id = self.source_vnet.as_deref().map(str::parse::<ResourceId>);
        let id = id.transpose()?;
        id.map(ResourceId::require_virtual_network).transpose()
    }

    /// Describes the migration for errors: file, line and name.
    pub fn describe(&self) -> String {
        let line = self.plan_position.as_ref();
        let place = line.map_or(String::new(), |(file, line)| format!("{file}:{line}: "));
        let name = self.name.as_ref();
        let name = name.map_or(String::new(), |name| format!(" `{name}`"));
        format!("{place}the migration{name}")
    }

    pub fn source_password(&self) -> PasswordSource {
        PasswordSource::new(
            self.source_password_env.as_ref(),
            self.source_password_file.as_ref(),
        )
    }

    pub fn target_password(&self) -> PasswordSource {
        PasswordSource::new(
            self.target_password_env.as_ref(),
            self.target_password_file.as_ref(),
        )
    }

    /// Resolves relative paths against the directory of the plan.
    pub(crate) fn relative_to(mut self, plan: &Path) -> Self {
        let folder = plan.parent().unwrap_or(Path::new(""));
        let files = [
            &mut self.source_password_file,
            &mut self.target_password_file,
        ];
        for file in files.into_iter().flatten() {
            *file = folder.join(&file);
        }
        self
    }
}

/// Replaces a value if the option is set.
fn override_with<T>(value: &mut Option<T>, option: Option<T>) {
    if option.is_some() {
        *value = option;
    }
}
