//! Arguments that apply to live and recorded migrations: mode, databases, users, size of the source.

use clap::Args;

use super::Error;
use crate::plan::file::{MEMORY, VCORES, Wish, is_memory, is_vcores};
use crate::plan::{Exposure, Migration, Mode, Prefix, ResourceId, ServerId, SourceKind, SourceTls};

/// What may also be said of a recorded migration.
#[derive(Debug, Clone, Args)]
pub struct Details {
    /// Offline or online migration [default: offline]
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
    /// Where the source runs [default: as the server shows, else on-premises]
    #[arg(long, value_name = "KIND", help_heading = "The migration")]
    pub source_kind: Option<SourceKind>,
    /// How the service reaches the source [default: as its address says]
    #[arg(long, help_heading = "The migration")]
    pub source_exposure: Option<Exposure>,
    /// Processors of the source
    #[arg(long, value_name = "N", value_parser = vcores, help_heading = "The migration")]
    pub source_vcores: Option<u32>,
    /// Memory of the source, in GiB
    #[arg(long, value_name = "N", value_parser = memory, help_heading = "The migration")]
    pub source_memory_gib: Option<f64>,
    /// The Azure virtual network that the source stands in: its resource id
    #[arg(long, value_name = "ID", help_heading = "The migration")]
    pub source_vnet: Option<String>,
    /// The runtime server that carries the migration for a target behind private endpoints: its resource id, or
    /// subscription/group/name
    #[arg(long, value_name = "ID", help_heading = "The migration")]
    pub runtime_server: Option<String>,
    /// Name or address of the source that the service will use, if it is not the one in --source
    #[arg(long, value_name = "HOST", help_heading = "The migration")]
    pub source_address: Option<String>,
    /// Addresses that the service comes from: a prefix, or one address
    #[arg(long, value_name = "PREFIX", help_heading = "The migration")]
    pub source_reached_from: Option<Prefix>,
    /// The service's sslMode towards the source [default: require, prefer where the source has no TLS]
    #[arg(long, value_name = "MODE", help_heading = "The migration")]
    pub source_tls: Option<SourceTls>,
}

impl Details {
    /// Converts the arguments to the options of a plan. Options without an argument here are `None`.
    pub(super) fn wish(&self) -> Wish {
        let d = self;
        Wish {
            mode: d.mode,
            databases: (!d.databases.is_empty()).then(|| d.databases.clone()),
            migration_user: d.migration_user.clone(),
            source_kind: d.source_kind,
            source_exposure: d.source_exposure,
            source_vcores: d.source_vcores,
            source_memory_gib: d.source_memory_gib,
            source_vnet: d.source_vnet.clone(),
            runtime_server: d.runtime_server.clone(),
            source_address: d.source_address.clone(),
            source_reached_from: d.source_reached_from,
            source_tls: d.source_tls,
            source_id: d.source_id.clone(),
            target_user: d.target_user.clone(),
            overwrite: d.overwrite.then_some(true),
            identity_migrates: d.identity_migrates.then_some(true),
            ..Wish::default()
        }
    }

    /// Overrides the options of a recorded migration.
    ///
    /// # Errors
    /// An invalid resource ID.
    pub fn apply(&self, migration: &mut Migration) -> Result<(), Error> {
        if let Some(id) = runtime_server(self.runtime_server.as_deref())? {
            migration.runtime_server = Some(id);
        }
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
            source.vnet = virtual_network(self.source_vnet.as_deref())?.or(source.vnet.take());
            source.tls = self.source_tls.or(source.tls);
            source.reached_from = self.source_reached_from.or(source.reached_from);
            let azure_id = self.source_id.clone();
            source.azure_id = azure_id.or_else(|| source.azure_id.take());
            let address = self.source_address.clone();
            source.address = address.or_else(|| source.address.take());
        }
        migration.overwrite |= self.overwrite;
        migration.identity_migrates |= self.identity_migrates;
        Ok(())
    }
}

fn vcores(text: &str) -> Result<u32, &'static str> {
    let count = text.trim().parse().ok();
    count.filter(|n| is_vcores(*n)).ok_or(VCORES)
}

fn memory(text: &str) -> Result<f64, &'static str> {
    let size = text.trim().parse().ok();
    size.filter(|n| is_memory(*n)).ok_or(MEMORY)
}

pub(super) fn virtual_network(id: Option<&str>) -> Result<Option<ResourceId>, Error> {
    let id = id.map(str::parse::<ResourceId>).transpose()?;
    Ok(id.map(ResourceId::of_virtual_network).transpose()?)
}

pub(super) fn runtime_server(id: Option<&str>) -> Result<Option<ServerId>, Error> {
    Ok(id.map(str::parse).transpose()?)
}
