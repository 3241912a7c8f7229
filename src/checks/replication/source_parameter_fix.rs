//! Steps that set a source parameter and restore it afterwards, for each source kind.
//! Commands as of AWS CLI 2.31, gcloud 545, and Azure CLI 2.91.

use crate::checks::{Finding, FixStep};
use crate::commands::quote::quote_literal;
use crate::commands::step::StepOrder;
use crate::config::SourceKind;
use crate::config::SourceKind::*;
use crate::facts::source::source_parameters::SourceParameter;

/// Adds steps that set a server-wide parameter, apply it, and restore it after the migration.
/// `current` is the parameter, or the parameter that it controls.
pub(super) fn with_change_steps(
    finding: Finding,
    kind: Option<SourceKind>,
    (name, value): (&str, &str),
    current: &SourceParameter,
) -> Finding {
    let restarts = current.context == "postmaster";
    let finding = finding.with_fix(set_step(kind, name, value, restarts));
    let finding = match apply_step(kind, restarts) {
        Some(command) => finding.with_fix(command),
        None => finding,
    };
    finding.with_fix(restore_step(kind, name, current).afterwards())
}

/// Returns the step that restores the parameter.
/// On a managed source, the previous value of a provider-specific parameter is unknown.
fn restore_step(kind: Option<SourceKind>, name: &str, current: &SourceParameter) -> FixStep {
    if kind.is_some_and(SourceKind::is_managed) {
        let value = match current.reset_val.as_deref() {
            Some(value) if current.name == name => format!("`{value}`"),
            _ => "what it was".to_owned(),
        };
        return FixStep::manual(format!("set {name} back to {value} where it was set"))
            .with_note("on the source");
    }
    let reset = match current.reset_val.as_deref() {
        Some(value) if current.source != "default" => {
            format!("ALTER SYSTEM SET {name} = {}", quote_literal(value))
        }
        _ => format!("ALTER SYSTEM RESET {name}"),
    };
    if current.context == "postmaster" {
        return FixStep::sql(reset)
            .with_note("on the source")
            .with_detail("counts after a restart");
    }
    FixStep::sql(reset).with_reload().with_note("on the source")
}

fn set_step(kind: Option<SourceKind>, name: &str, value: &str, restarts: bool) -> FixStep {
    let when = if restarts {
        "pending-reboot"
    } else {
        "immediate"
    };
    let parameters =
        format!("--parameters ParameterName={name},ParameterValue={value},ApplyMethod={when}");
    let flags =
        format!("--database-flags={name}={value}  # a flag that is left out is reset: list all");
    let command = match kind {
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
            let statement = format!("ALTER SYSTEM SET {name} = {}", quote_literal(value));
            return FixStep::sql(statement).for_script();
        }
    };
    FixStep::manual(command)
}

/// Returns the step that applies the change: a restart, a reload, or `None` if neither is necessary.
fn apply_step(kind: Option<SourceKind>, restarts: bool) -> Option<FixStep> {
    let command = match kind {
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
            let command =
                "az postgres flexible-server restart --resource-group <group> --name <name>";
            return Some(FixStep::manual(command).with_order(StepOrder::Restart));
        }
        Some(kind) if kind.is_managed() => return None,
        _ if restarts => {
            "# restart the server, as with: systemctl restart postgresql, or pg_ctl restart -D <data directory>"
        }
        _ => return Some(FixStep::reload_source().for_script()),
    };
    Some(FixStep::manual(command))
}
