//! How a parameter of the source is set, by where it runs. Each provider has its own switch for logical decoding.
//! Commands as of AWS CLI 2.31, gcloud 545 and Azure CLI 2.91.

use crate::checks::{Finding, Step, command::literal};
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

/// A finding with the commands that set a parameter for the whole server and make it count. `context` as in pg_settings.
pub(super) fn change(
    finding: Finding,
    kind: Option<SourceKind>,
    (name, value): (&str, &str),
    context: &str,
) -> Finding {
    let restarts = context == "postmaster";
    let finding = finding.fix(set(kind, name, value, restarts));
    match then(kind, restarts) {
        Some(command) => finding.fix(command),
        None => finding,
    }
}

fn set(kind: Option<SourceKind>, name: &str, value: &str, restarts: bool) -> Step {
    let when = if restarts {
        "pending-reboot"
    } else {
        "immediate"
    };
    let parameters =
        format!("--parameters ParameterName={name},ParameterValue={value},ApplyMethod={when}");
    let flags =
        format!("--database-flags={name}={value}  # a flag that is left out is reset: list all");
    let words = match kind {
        Some(AwsRds) => {
            format!(
                "aws rds modify-db-parameter-group --db-parameter-group-name <group> {parameters}"
            )
        }
        Some(AwsAurora) => format!(
            "aws rds modify-db-cluster-parameter-group --db-cluster-parameter-group-name <group> {parameters}"
        ),
        Some(GcpCloudSql) => format!("gcloud sql instances patch <instance> {flags}"),
        Some(GcpAlloyDb) => format!(
            "gcloud alloydb instances update <instance> --cluster <cluster> --region <region> {flags}"
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
        _ => {
            let statement = format!("ALTER SYSTEM SET {name} = {}", literal(value));
            return Step::sql(None, statement).by_script();
        }
    };
    words.into()
}

/// What has to follow.
fn then(kind: Option<SourceKind>, restarts: bool) -> Option<Step> {
    Some(match kind {
        Some(AwsRds) if restarts => {
            "aws rds reboot-db-instance --db-instance-identifier <instance>"
        }
        Some(AwsAurora) if restarts => {
            "aws rds reboot-db-instance --db-instance-identifier <writer>"
        }
        Some(GcpCloudSql | GcpAlloyDb) if restarts => "# the instance restarts by itself",
        Some(PostgresqlSingleServer) if restarts => {
            "az postgres server restart --resource-group <group> --name <name>"
        }
        Some(PostgresqlFlexibleServer) if restarts => {
            "az postgres flexible-server restart --resource-group <group> --name <name>"
        }
        Some(kind) if kind.is_managed() => return None,
        _ if restarts => {
            "# restart the server, as with: systemctl restart postgresql, or pg_ctl restart -D <data directory>"
        }
        _ => return Some(Step::sql(None, "SELECT pg_reload_conf()").by_script()),
    }.into())
}
