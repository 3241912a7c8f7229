//! Databases, extensions, roles and tablespaces that hosting providers create and that are not migrated.

mod databases;
mod extensions;
mod roles;
mod signs;
mod tablespaces;

pub use databases::{built_in_databases, is_built_in_database};
pub use extensions::{is_auto_installed, is_own_library, is_platform_extension};
pub use roles::{SUPERUSERS, is_built_in_role, is_role_of_a_provider, is_superuser_account};
pub use signs::{Sign, recognise};
pub use tablespaces::is_temporary_tablespace;
