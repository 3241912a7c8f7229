//! Steps that set a source parameter and restore it afterwards, for each source kind.
//! Commands as of AWS CLI 2.31, gcloud 545, and Azure CLI 2.91.

use crate::checks::{Finding, Step, command::literal};
use crate::facts::settings::Setting;
use crate::plan::SourceKind::{self, *};

/// Adds steps that set a server-wide parameter, apply it, and restore it after the migration.
/// `current` is the parameter, or the parameter that it controls.
pub(super) fn change(
    finding: Finding,
    kind: Option<SourceKind>,
    (name, value): (&str, &str),
    was: &Setting,
) -> Finding {
    let restarts = was.context == "postmaster";
    let finding = finding.fix(set(kind, name, value, restarts));
    let finding = match then(kind, restarts) {
        Some(command) => finding.fix(command),
        None => finding,
    };
    finding.fix(back(kind, name, was).afterwards())
}

/// Returns the step that restores the parameter.
/// On a managed source, the previous value of a provider-specific parameter is unknown.
fn back(kind: Option<SourceKind>, name: &str, was: &Setting) -> Step {
    if kind.is_some_and(SourceKind::is_managed) {
        let value = match was.reset_val.as_deref() {
            Some(value) if was.name == name => format!("`{value}`"),
            _ => "what it was".to_owned(),
        };
        return format!("# afterwards, on the source: set {name} back to {value} where it was set")
            .into();
    }
    let reset = match was.reset_val.as_deref() {
        Some(value) if was.source != "default" => {
            format!("ALTER SYSTEM SET {name} = {};", literal(value))
        }
        _ => format!("ALTER SYSTEM RESET {name};"),
    };
    if was.context == "postmaster" {
        return format!("{reset} -- afterwards, on the source; counts after a restart").into();
    }
    format!("{reset} SELECT pg_reload_conf(); -- afterwards, on the source").into()
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

/// Returns the step that applies the change: a restart, a reload, or `None` if neither is necessary.
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
