//! The az commands that findings give, each with what it brings with it.
//! Verbs and flags as of Azure CLI 2.91; how long things take as Azure's documentation said in November 2026, and nothing
//! where it gives no time.

use super::{flag, is_read_as_file, quote};
use crate::checks::step::{Effect, Step, Taken, Turn, What};
use crate::facts::service::locks::Lock;
use crate::plan::ServerId;

/// A restart: the documentation gives no time, only what it depends on.
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

/// An az command that the script runs by itself.
pub fn az(words: impl Into<String>) -> Step {
    Step::new(What::Az(words.into()), Taken::ByScript)
}

/// `az postgres flexible-server <verb> … <rest>`.
pub fn server(id: &ServerId, verb: &str, rest: &str) -> Step {
    let command = format!("az postgres flexible-server {verb} {}", place(id, "--name"));
    az(if rest.is_empty() {
        command
    } else {
        format!("{command} {rest}")
    })
}

/// `az postgres flexible-server <verb> …` of something that belongs to a server.
pub fn child(id: &ServerId, verb: &str, rest: &str) -> Step {
    az(format!(
        "az postgres flexible-server {verb} {} {rest}",
        place(id, "--server-name")
    ))
}

/// Sets one server parameter. A value that az would take for a file's name is left to a person.
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

/// Another compute size. `flags`: `--tier`, `--sku-name`.
pub fn scale(id: &ServerId, flags: &str) -> Step {
    server(id, "update", &format!("{flags} --yes")).effect(SCALE)
}

/// A larger disk, in GiB.
pub fn grow(id: &ServerId, gib: impl std::fmt::Display) -> Step {
    server(id, "update", &format!("--storage-size {gib} --yes")).effect(GROW)
}

/// A Premium SSD of the same size that does more: `P30`.
pub fn faster_disk(id: &ServerId, tier: &str) -> Step {
    server(id, "update", &flag("--performance-tier", tier)).effect(FASTER)
}

/// So many reads and writes a second of a Premium SSD v2, which has no tiers.
pub fn provision_iops(id: &ServerId, iops: u32) -> Step {
    server(id, "update", &format!("--iops {iops}")).effect(FASTER)
}

/// Turns high availability off. Since 2.8x the flag is `--zonal-resiliency`; before, it was `--high-availability`.
pub fn availability_off(id: &ServerId) -> Step {
    server(id, "update", "--zonal-resiliency Disabled")
        .effect(STANDBY_OFF)
        .temporary()
}

/// Deletes a read replica, to be made again afterwards. Where it is gone already, Azure answers 204 and az says nothing.
pub fn delete_replica(id: &ServerId) -> Step {
    server(id, "delete", "--yes")
        .effect(REPLICA_GONE)
        .temporary()
        .deletes(format!("read replica `{}`", id.name))
}

/// Accepts passwords beside Microsoft Entra.
pub fn accept_passwords(id: &ServerId) -> Step {
    let step = server(id, "update", "--password-auth Enabled");
    step.effect(PASSWORDS).by_person()
}

/// A newer major version, in place.
pub fn upgrade(id: &ServerId, major: impl std::fmt::Display) -> Step {
    let step = server(id, "upgrade", &format!("--version {major} --yes"));
    step.effect(UPGRADE).by_person()
}

/// Makes a server of a read replica.
pub fn promote(id: &ServerId) -> Step {
    let flags = "--promote-mode standalone --promote-option planned --yes";
    server(id, "replica promote", flags).by_person()
}

/// Deletes a database of the target, with all that is in it.
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

/// Removes one firewall rule.
pub fn delete_firewall_rule(id: &ServerId, rule: &str) -> Step {
    let rest = format!("{} --yes", flag("--name", rule));
    child(id, "firewall-rule delete", &rest).by_person()
}

/// Something with a migration of the service: `show`, `update`.
pub fn migration(id: &ServerId, verb: &str, name: &str, rest: &str) -> Step {
    let named = flag("--name", name);
    let rest = format!("{named} {rest}");
    child(id, &format!("migration {verb}"), rest.trim_end()).by_person()
}

/// Takes a management lock away, by its resource id. Of the id az reads no subscription: without the flag it looks in the
/// one that is active, and is content with finding no such lock there.
pub fn delete_lock(id: &str, subscription: &str) -> Step {
    let name = id.rsplit('/').next().unwrap_or(id);
    let subscription = flag("--subscription", subscription);
    az(format!("az lock delete {subscription} --ids {}", quote(id)))
        .temporary()
        .turn(Turn::Unlock)
        .deletes(format!("lock `{name}`"))
}

/// Puts a management lock on. `on` is what of: nothing for a subscription, `--resource-group` or `--resource`.
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
