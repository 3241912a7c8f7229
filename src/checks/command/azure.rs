//! Builds the az commands of findings, each with its documented impact.
//!
//! Commands and flags are those of Azure CLI 2.91. Durations are from the Azure documentation of November 2026. If it
//! does not document a duration, none is printed.

use super::{flag, is_read_as_file, quote};
use crate::checks::step::{Effect, Step, Taken, Turn, What};
use crate::facts::service::locks::Lock;
use crate::plan::ServerId;

/// A restart. The documentation does not give a duration, only what it depends on.
pub const RESTART: Effect = Effect {
    restarts: true,
    costs: None,
    takes: Some("as long as PostgreSQL's recovery, so run it when little is written"),
    mind: None,
};
const SCALE: Effect = Effect {
    restarts: true,
    costs: Some("a larger SKU costs more from then on"),
    takes: Some("2 to 10 minutes, less than 30 seconds where scaling is near-zero-downtime"),
    mind: None,
};
const GROW: Effect = Effect {
    restarts: false,
    costs: Some("a larger disk costs more from then on"),
    takes: None,
    mind: Some("storage is never made smaller again"),
};
const FASTER: Effect = Effect {
    restarts: false,
    costs: Some("a faster disk costs more from then on"),
    takes: None,
    mind: None,
};
const STANDBY_OFF: Effect = Effect {
    restarts: false,
    costs: None,
    takes: None,
    mind: Some("an online operation; until it is on again the server has no standby"),
};
const REPLICA_GONE: Effect = Effect {
    restarts: false,
    costs: None,
    takes: None,
    mind: Some(
        "its readers need another server until it is built anew; what the replica alone has (firewall rules, parameters, \
         alerts) is gone with it",
    ),
};
const UPGRADE: Effect = Effect {
    restarts: true,
    costs: None,
    takes: None,
    mind: Some("cannot be undone; a target that holds nothing yet can be made anew instead"),
};
const PASSWORDS: Effect = Effect {
    restarts: false,
    costs: None,
    takes: None,
    mind: Some("az makes up a new administrator password and prints it: not in a pipeline's log"),
};

pub(crate) fn place(id: &ServerId, name_flag: &str) -> String {
    format!(
        "{} {} {}",
        flag("--subscription", &id.subscription),
        flag("--resource-group", &id.resource_group),
        flag(name_flag, &id.name)
    )
}

/// Creates a step with an az command that the script runs.
pub fn az(words: impl Into<String>) -> Step {
    Step::new(What::Az(words.into()), Taken::ByScript)
}

/// Builds `az postgres flexible-server <verb> … <rest>`.
pub fn server(id: &ServerId, verb: &str, rest: &str) -> Step {
    let command = format!("az postgres flexible-server {verb} {}", place(id, "--name"));
    az(if rest.is_empty() {
        command
    } else {
        format!("{command} {rest}")
    })
}

/// Builds `az postgres flexible-server <verb> …` for a child resource of a server.
pub fn child(id: &ServerId, verb: &str, rest: &str) -> Step {
    az(format!(
        "az postgres flexible-server {verb} {} {rest}",
        place(id, "--server-name")
    ))
}

/// Sets one server parameter. A value that az would read as a file name requires a person.
pub fn set_parameter(id: &ServerId, name: &str, value: &str) -> Step {
    let what = What::Parameter {
        server: id.clone(),
        name: name.to_owned(),
        value: value.to_owned(),
    };
    if is_read_as_file(value) {
        return Step::new(what, Taken::ByPerson)
            .note("in the portal: az would read a file of that name");
    }
    Step::new(what, Taken::ByScript)
}

pub(crate) fn parameter_line(id: &ServerId, name: &str, value: &str) -> String {
    format!(
        "az postgres flexible-server parameter set {} {} {}",
        place(id, "--server-name"),
        flag("--name", name),
        flag("--value", value)
    )
}

/// Restarts the server.
pub fn restart(id: &ServerId) -> Step {
    Step::new(What::Restart(id.clone()), Taken::ByScript).effect(RESTART)
}

pub(crate) fn restart_line(id: &ServerId) -> String {
    server(id, "restart", "").to_string()
}

/// Changes the compute size. `flags` contains `--tier` and `--sku-name`.
pub fn scale(id: &ServerId, flags: &str) -> Step {
    server(id, "update", &format!("{flags} --yes")).effect(SCALE)
}

/// Increases the storage to this size in GiB.
pub fn grow(id: &ServerId, gib: impl std::fmt::Display) -> Step {
    server(id, "update", &format!("--storage-size {gib} --yes")).effect(GROW)
}

/// Sets the performance tier of a Premium SSD, such as `P30`. The size does not change.
pub fn faster_disk(id: &ServerId, tier: &str) -> Step {
    server(id, "update", &flag("--performance-tier", tier)).effect(FASTER)
}

/// Sets the IOPS of a Premium SSD v2, which has no performance tiers.
pub fn provision_iops(id: &ServerId, iops: u32) -> Step {
    server(id, "update", &format!("--iops {iops}")).effect(FASTER)
}

/// Disables high availability. The flag is `--zonal-resiliency` since az 2.8x. Earlier versions use
/// `--high-availability`.
pub fn availability_off(id: &ServerId) -> Step {
    server(id, "update", "--zonal-resiliency Disabled")
        .effect(STANDBY_OFF)
        .temporary()
}

/// Deletes a read replica, which is recreated afterwards. If it no longer exists, Azure returns 204 and az prints
/// nothing.
pub fn delete_replica(id: &ServerId) -> Step {
    server(id, "delete", "--yes")
        .effect(REPLICA_GONE)
        .temporary()
        .deletes(format!("read replica `{}`", id.name))
}

/// Enables password authentication in addition to Microsoft Entra.
pub fn accept_passwords(id: &ServerId) -> Step {
    let step = server(id, "update", "--password-auth Enabled");
    step.effect(PASSWORDS).by_person()
}

/// Upgrades the major version in place.
pub fn upgrade(id: &ServerId, major: impl std::fmt::Display) -> Step {
    let step = server(id, "upgrade", &format!("--version {major} --yes"));
    step.effect(UPGRADE).by_person()
}

/// Promotes a read replica to a standalone server.
pub fn promote(id: &ServerId) -> Step {
    let flags = "--promote-mode standalone --promote-option planned --yes";
    server(id, "replica promote", flags).by_person()
}

/// Deletes a database of the target with all of its data.
pub fn delete_database(id: &ServerId, name: &str) -> Step {
    let step = child(id, "db delete", &format!("{} --yes", flag("--name", name)));
    let mind = Some("what is in it is lost");
    step.effect(Effect {
        mind,
        ..Effect::default()
    })
    .by_person()
}

/// Approves the connection of a private endpoint.
pub fn approve_endpoint(id: &ServerId, connection: &str) -> Step {
    let rest = format!(
        "{} --description 'for the migration'",
        flag("--name", connection)
    );
    child(id, "private-endpoint-connection approve", &rest).by_person()
}

/// Deletes one firewall rule.
pub fn delete_firewall_rule(id: &ServerId, rule: &str) -> Step {
    let rest = format!("{} --yes", flag("--name", rule));
    child(id, "firewall-rule delete", &rest).by_person()
}

/// Builds `az postgres flexible-server migration <verb> …`: `show` or `update`.
pub fn migration(id: &ServerId, verb: &str, name: &str, rest: &str) -> Step {
    let named = flag("--name", name);
    let rest = format!("{named} {rest}");
    child(id, &format!("migration {verb}"), rest.trim_end()).by_person()
}

/// Deletes a management lock by its resource ID. az does not read the subscription from the ID: without the flag it
/// searches the active subscription, and it succeeds if the lock is not there.
pub fn delete_lock(id: &str, subscription: &str) -> Step {
    let name = id.rsplit('/').next().unwrap_or(id);
    let subscription = flag("--subscription", subscription);
    az(format!("az lock delete {subscription} --ids {}", quote(id)))
        .temporary()
        .turn(Turn::Unlock)
        .deletes(format!("lock `{name}`"))
}

/// Creates a management lock. `scope_flags` is empty for a subscription, otherwise `--resource-group` or `--resource`.
pub fn create_lock(lock: &Lock, level: &str, on: &str) -> Step {
    let notes = lock.notes.as_deref().filter(|n| !n.is_empty());
    let notes = notes.map(|n| format!(" {}", flag("--notes", n)));
    let words = format!(
        "az lock create {} {} {}{} {on}",
        flag("--subscription", lock.subscription()),
        flag("--name", &lock.name),
        flag("--lock-type", level),
        notes.unwrap_or_default()
    );
    az(words.trim_end())
}
