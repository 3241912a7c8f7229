//! How a parameter of the source is set, by where it runs. Each provider has its own switch for logical decoding.
//! Commands as of AWS CLI 2.31, gcloud 545 and Azure CLI 2.91.

use crate::plan::SourceKind::{self, *};

/// The parameter that turns logical decoding on, and its value.
pub(super) fn logical_decoding(kind: Option<SourceKind>) -> (&'static str, &'static str) {
    match kind {
        Some(AwsRds | AwsAurora) => ("rds.logical_replication", "1"),
        Some(GcpCloudSql) => ("cloudsql.logical_decoding", "on"),
        Some(GcpAlloyDb) => ("alloydb.logical_decoding", "on"),
        _ => ("wal_level", "logical"),
    }
}

/// The command or statement that sets a parameter for the whole server.
pub(super) fn set(kind: Option<SourceKind>, name: &str, value: &str) -> String {
    match kind {
        Some(AwsRds) => format!(
            "aws rds modify-db-parameter-group --db-parameter-group-name <group> --parameters \
             ParameterName={name},ParameterValue={value},ApplyMethod=pending-reboot"
        ),
        Some(AwsAurora) => format!(
            "aws rds modify-db-cluster-parameter-group --db-cluster-parameter-group-name <group> --parameters \
             ParameterName={name},ParameterValue={value},ApplyMethod=pending-reboot"
        ),
        Some(GcpCloudSql) => format!(
            "gcloud sql instances patch <instance> --database-flags={name}={value}  # a flag that is left out is reset: list all"
        ),
        Some(GcpAlloyDb) => format!(
            "gcloud alloydb instances update <instance> --cluster <cluster> --region <region> \
             --database-flags={name}={value}  # a flag that is left out is reset: list all"
        ),
        Some(PostgresqlSingleServer) => format!(
            "az postgres server configuration set --resource-group <group> --server-name <name> --name {name} --value {value}"
        ),
        Some(PostgresqlFlexibleServer) => format!(
            "az postgres flexible-server parameter set --resource-group <group> --server-name <name> --name {name} --value {value}"
        ),
        Some(kind) if kind.is_managed() => {
            format!("# set {name} = {value} where {kind} keeps its server parameters")
        }
        _ => format!("ALTER SYSTEM SET {name} = '{value}';"),
    }
}

/// What makes the new value of a parameter count. `context` as in pg_settings.
pub(super) fn apply(kind: Option<SourceKind>, context: &str) -> String {
    let needs_restart = context == "postmaster";
    match kind {
        Some(AwsRds) if needs_restart => {
            "aws rds reboot-db-instance --db-instance-identifier <instance>"
        }
        Some(AwsAurora) if needs_restart => {
            "aws rds reboot-db-instance --db-instance-identifier <writer>"
        }
        Some(GcpCloudSql | GcpAlloyDb) if needs_restart => "# the instance restarts by itself",
        Some(PostgresqlSingleServer) if needs_restart => {
            "az postgres server restart --resource-group <group> --name <name>"
        }
        Some(PostgresqlFlexibleServer) if needs_restart => {
            "az postgres flexible-server restart --resource-group <group> --name <name>"
        }
        Some(kind) if kind.is_managed() => return format!("# {kind} applies it by itself"),
        _ if needs_restart => {
            "# restart the server, as with: systemctl restart postgresql, or pg_ctl restart -D <data directory>"
        }
        _ => "SELECT pg_reload_conf();",
    }
    .to_owned()
}
