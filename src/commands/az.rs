//! Builds the az commands of findings, each with its documented impact.
//!
//! Commands and flags are those of Azure CLI 2.91. Durations are from the Azure documentation of November 2026. If it
//! does not document a duration, none is printed.

use super::quote::{flag, is_az_file_argument, quote_bash};
use super::step::{Action, Applicability, FixStep, Impact, StepOrder};
use crate::config::ServerId;
use crate::facts::target::service::locks::ManagementLock;

/// A restart. The documentation does not give a duration, only what it depends on.
pub const RESTART_IMPACT: Impact = Impact {
    restarts: true,
    cost: None,
    duration: Some("as long as PostgreSQL's recovery, so run it when little is written"),
    deletes: None,
    caveat: None,
};
const SCALE_IMPACT: Impact = Impact {
    restarts: true,
    cost: Some("a larger SKU costs more from then on"),
    duration: Some("2 to 10 minutes, less than 30 seconds where scaling is near-zero-downtime"),
    deletes: None,
    caveat: None,
};
const GROW_STORAGE_IMPACT: Impact = Impact {
    restarts: false,
    cost: Some("a larger disk costs more from then on"),
    duration: None,
    deletes: None,
    caveat: Some("storage is never made smaller again"),
};
const FASTER_STORAGE_IMPACT: Impact = Impact {
    restarts: false,
    cost: Some("a faster disk costs more from then on"),
    duration: None,
    deletes: None,
    caveat: None,
};
const DISABLE_HA_IMPACT: Impact = Impact {
    restarts: false,
    cost: None,
    duration: None,
    deletes: None,
    caveat: Some("an online operation; until it is on again the server has no standby"),
};
const DELETE_REPLICA_IMPACT: Impact = Impact {
    restarts: false,
    cost: None,
    duration: None,
    deletes: None,
    caveat: Some(
        "its readers need another server until it is built anew; what the replica alone has (firewall rules, parameters, \
         alerts) is gone with it",
    ),
};
const UPGRADE_IMPACT: Impact = Impact {
    restarts: true,
    cost: None,
    duration: None,
    deletes: None,
    caveat: Some("cannot be undone; a target that holds nothing yet can be made anew instead"),
};
const ENABLE_PASSWORDS_IMPACT: Impact = Impact {
    restarts: false,
    cost: None,
    duration: None,
    deletes: None,
    caveat: Some("az makes up a new administrator password and prints it: not in a pipeline's log"),
};

pub(crate) fn server_flags(id: &ServerId, name_flag: &str) -> String {
    format!(
        "{} {} {}",
        flag("--subscription", &id.subscription),
        flag("--resource-group", &id.resource_group),
        flag(name_flag, &id.name)
    )
}

/// Creates a step with an az command that the script runs.
pub fn az_step(command: impl Into<String>) -> FixStep {
    FixStep::new(Action::Az(command.into()), Applicability::Script)
}

/// Builds `az postgres flexible-server <verb> … <rest>`.
pub fn server_command(id: &ServerId, verb: &str, rest: &str) -> FixStep {
    let command = format!(
        "az postgres flexible-server {verb} {}",
        server_flags(id, "--name")
    );
    az_step(if rest.is_empty() {
        command
    } else {
        format!("{command} {rest}")
    })
}

/// Builds `az postgres flexible-server <verb> …` for a child resource of a server.
pub fn server_child_command(id: &ServerId, verb: &str, rest: &str) -> FixStep {
    az_step(format!(
        "az postgres flexible-server {verb} {} {rest}",
        server_flags(id, "--server-name")
    ))
}

/// Sets one server parameter. A value that az would read as a file name requires a person.
pub fn set_parameter(id: &ServerId, name: &str, value: &str) -> FixStep {
    let action = Action::Parameter {
        server: id.clone(),
        name: name.to_owned(),
        value: value.to_owned(),
    };
    if is_az_file_argument(value) {
        return FixStep::new(action, Applicability::Decide)
            .with_note("in the portal: az would read a file of that name");
    }
    FixStep::new(action, Applicability::Script)
}

pub(crate) fn set_parameter_line(id: &ServerId, name: &str, value: &str) -> String {
    format!(
        "az postgres flexible-server parameter set {} {} {}",
        server_flags(id, "--server-name"),
        flag("--name", name),
        flag("--value", value)
    )
}

/// Restarts the server.
pub fn restart_server(id: &ServerId) -> FixStep {
    FixStep::new(Action::Restart(id.clone()), Applicability::Script)
        .with_impact(RESTART_IMPACT)
        .with_order(StepOrder::Restart)
}

pub(crate) fn restart_server_line(id: &ServerId) -> String {
    server_command(id, "restart", "").command().into_owned()
}

/// Changes the compute size. `flags` contains `--tier` and `--sku-name`.
pub fn scale_server(id: &ServerId, flags: &str) -> FixStep {
    server_command(id, "update", &format!("{flags} --yes")).with_impact(SCALE_IMPACT)
}

/// Increases the storage to this size in GiB.
pub fn grow_storage(id: &ServerId, gib: impl std::fmt::Display) -> FixStep {
    server_command(id, "update", &format!("--storage-size {gib} --yes"))
        .with_impact(GROW_STORAGE_IMPACT)
}

/// Sets the performance tier of a Premium SSD, such as `P30`. The size does not change.
pub fn set_performance_tier(id: &ServerId, tier: &str) -> FixStep {
    server_command(id, "update", &flag("--performance-tier", tier))
        .with_impact(FASTER_STORAGE_IMPACT)
}

/// Sets the IOPS of a Premium SSD v2, which has no performance tiers.
pub fn provision_iops(id: &ServerId, iops: u32) -> FixStep {
    server_command(id, "update", &format!("--iops {iops}")).with_impact(FASTER_STORAGE_IMPACT)
}

/// Disables high availability. The flag is `--zonal-resiliency` since az 2.8x. Earlier versions use
/// `--high-availability`.
pub fn disable_high_availability(id: &ServerId) -> FixStep {
    server_command(id, "update", "--zonal-resiliency Disabled")
        .with_impact(DISABLE_HA_IMPACT)
        .temporary()
}

/// Deletes a read replica, which is recreated afterwards. If it no longer exists, Azure returns 204 and az prints
/// nothing.
pub fn delete_replica(id: &ServerId) -> FixStep {
    server_command(id, "delete", "--yes")
        .with_impact(DELETE_REPLICA_IMPACT)
        .temporary()
        .with_deletion(format!("read replica `{}`", id.name))
}

/// Enables password authentication in addition to Microsoft Entra.
pub fn enable_password_auth(id: &ServerId) -> FixStep {
    let step = server_command(id, "update", "--password-auth Enabled");
    step.with_impact(ENABLE_PASSWORDS_IMPACT).for_decision()
}

/// Upgrades the major version in place.
pub fn upgrade_server(id: &ServerId, major: impl std::fmt::Display) -> FixStep {
    let step = server_command(id, "upgrade", &format!("--version {major} --yes"));
    step.with_impact(UPGRADE_IMPACT).for_decision()
}

/// Promotes a read replica to a standalone server.
pub fn promote_replica(id: &ServerId) -> FixStep {
    let flags = "--promote-mode standalone --promote-option planned --yes";
    server_command(id, "replica promote", flags).for_decision()
}

/// Deletes a database of the target with all of its data.
pub fn delete_database(id: &ServerId, name: &str) -> FixStep {
    let step = server_child_command(id, "db delete", &format!("{} --yes", flag("--name", name)));
    let caveat = Some("what is in it is lost");
    step.with_impact(Impact {
        caveat,
        ..Impact::default()
    })
    .for_decision()
}

/// Approves the connection of a private endpoint.
pub fn approve_private_endpoint(id: &ServerId, connection: &str) -> FixStep {
    let rest = format!(
        "{} --description 'for the migration'",
        flag("--name", connection)
    );
    server_child_command(id, "private-endpoint-connection approve", &rest).for_decision()
}

/// Deletes one firewall rule.
pub fn delete_firewall_rule(id: &ServerId, rule: &str) -> FixStep {
    let rest = format!("{} --yes", flag("--name", rule));
    server_child_command(id, "firewall-rule delete", &rest).for_decision()
}

/// Builds `az postgres flexible-server migration <verb> …`: `show` or `update`.
pub fn migration_command(id: &ServerId, verb: &str, name: &str, rest: &str) -> FixStep {
    let named = flag("--name", name);
    let rest = format!("{named} {rest}");
    server_child_command(id, &format!("migration {verb}"), rest.trim_end()).for_decision()
}

/// Deletes a management lock by its resource ID. az does not read the subscription from the ID: without the flag it
/// searches the active subscription, and it succeeds if the lock is not there.
pub fn delete_lock(id: &str, subscription: &str) -> FixStep {
    let name = id.rsplit('/').next().unwrap_or(id);
    let subscription = flag("--subscription", subscription);
    az_step(format!(
        "az lock delete {subscription} --ids {}",
        quote_bash(id)
    ))
    .temporary()
    .with_order(StepOrder::Unlock)
    .with_deletion(format!("lock `{name}`"))
}

/// Creates a management lock. `scope_flags` is empty for a subscription, otherwise `--resource-group` or `--resource`.
pub fn create_lock(lock: &ManagementLock, level: &str, scope_flags: &str) -> FixStep {
    let notes = lock.notes.as_deref().filter(|n| !n.is_empty());
    let notes = notes.map(|n| format!(" {}", flag("--notes", n)));
    let command = format!(
        "az lock create {} {} {}{} {scope_flags}",
        flag("--subscription", lock.subscription()),
        flag("--name", &lock.name),
        flag("--lock-type", level),
        notes.unwrap_or_default()
    );
    az_step(command.trim_end())
}
