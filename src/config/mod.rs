//! Configuration of a run: a [`Migration`] with its source, target and options; the plan file; the scope of an audit.
//! Contains no secrets; passwords are only in `cli` and `backend`.

mod azure_id;
mod cidr;
pub mod fleet_scope;
mod migration;
pub mod migration_options;
mod pipeline_variable;
pub mod plan_file;
pub mod policy_rules;
pub mod server_filter;
mod severity;
pub mod shard;
mod source_server;
mod source_size;

pub use azure_id::{AzureIdError, ResourceId, ServerId};
pub use cidr::{Cidr, CidrError, parse_prefix};
pub use migration::{
    AzureLocation, DEFAULT_API_VERSION, Migration, MigrationMode, MigrationScope, TargetServer,
    TargetSql,
};
pub use pipeline_variable::is_undefined_variable;
pub use severity::Severity;
pub use source_server::{SourceExposure, SourceKind, SourceServer, SourceTls};
