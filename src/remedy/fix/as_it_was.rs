//! Steps that recreate read replicas, high availability, and resource locks as the answers show them.

use crate::checks::command::{self, az, flag, quote};
use crate::checks::step::{Effect, Step};
use crate::facts::replicas::{Details, Replica};
use crate::facts::server::{HighAvailability, Server, normal_location};
use crate::facts::service::locks::Lock;
use crate::facts::{Facts, Missing};
use crate::plan::ServerId;

const STANDBY_ON: Effect = Effect {
    restarts: false,
    costs: Some("a standby is paid for like the server itself"),
    takes: None,
    mind: Some("an online operation; the standby follows once it has the data"),
};
const REPLICA: Effect = Effect {
    restarts: false,
    costs: Some("a replica is paid for like a server"),
    takes: Some(
        "in the server's own region the same for any size, in another region minutes to hours by size",
    ),
    mind: Some(
        "its SKU and storage must not be smaller than the server's; what it alone had is to be set by hand",
    ),
};

/// A resource to restore.
pub(super) struct Back {
    pub title: String,
    /// The step, or the description of the manual work.
    pub step: Result<Step, String>,
}

const HA_UNKNOWN: &str = "High availability: whether it was on is not known";

/// Returns an entry for facts that could not be read, because the resource can be removed before the migration.
fn not_known(facts: &Facts, title: &str, missing: &Missing) -> Vec<Back> {
    let back = || Back {
        title: title.to_owned(),
        step: Err(missing.reason.clone()),
    };
    facts.migration.target.iter().map(|_| back()).collect()
}

pub(super) fn availability(facts: &Facts) -> Vec<Back> {
    let server = match facts.server.as_ref() {
        Ok(server) => server,
        Err(missing) => return not_known(facts, HA_UNKNOWN, missing),
    };
    let title = |mode: &str| format!("High availability was on, mode `{mode}`");
    match server.high_availability.as_ref() {
        Err(missing) => not_known(facts, HA_UNKNOWN, missing),
        Ok(ha) => match ha.mode.as_deref() {
            None => Vec::new(),
            Some(mode) if mode.eq_ignore_ascii_case("Disabled") => Vec::new(),
            Some(mode) => vec![Back {
                title: title(mode),
                step: on_again(server, ha, mode),
            }],
        },
    }
}

/// Returns the step that enables high availability again.
/// The az flag selects the zone automatically. A standby in the same zone therefore requires the REST API.
fn on_again(server: &Server, ha: &HighAvailability, mode: &str) -> Result<Step, String> {
    match mode.to_ascii_lowercase().as_str() {
        "zoneredundant" => {
            let own = server.zone.as_ref().ok().and_then(|z| z.as_deref());
            let zone = ha.standby_zone.as_deref().filter(|z| Some(*z) != own);
            let zone = zone.map(|z| format!(" {}", flag("--standby-zone", z)));
            let flags = format!("--zonal-resiliency Enabled{}", zone.unwrap_or_default());
            Ok(command::server(&server.id, "update", &flags).effect(STANDBY_ON))
        }
        "samezone" => {
            let url = format!(
                "{}?api-version={}",
                server.id.path(),
                server.answered_version
            );
            let body = r#"{"properties":{"highAvailability":{"mode":"SameZone"}}}"#;
            let words = format!(
                "az rest --method patch --url {} --body {}",
                quote(&url),
                quote(body)
            );
            Ok(az(words).effect(STANDBY_ON))
        }
        _ => Err(format!("this version knows no mode `{mode}`")),
    }
}

pub(super) fn replicas(facts: &Facts) -> Vec<Back> {
    let Some(target) = &facts.migration.target else {
        return Vec::new();
    };
    let all = match facts.replicas.as_ref() {
        Ok(all) => all,
        Err(missing) => {
            let title = "Read replicas: which there were is not known";
            return not_known(facts, title, missing);
        }
    };
    let server = facts.server.as_ref().ok();
    let back = |replica: &Replica| Back {
        title: format!("`{}` was a read replica", replica.id.name),
        step: match &replica.details {
            Ok(details) => Ok(again(&target.id, server, replica, details)),
            Err(missing) => Err(format!(
                "its SKU and place are not known: {}",
                missing.reason
            )),
        },
    };
    all.iter().map(back).collect()
}

/// Returns the step that recreates a replica.
/// `server` is the target. The storage size is specified if it exceeds the target's size or if that size is unknown.
fn again(target: &ServerId, server: Option<&Server>, replica: &Replica, details: &Details) -> Step {
    let own = server
        .and_then(|s| s.storage.as_ref().ok())
        .and_then(|s| s.size_gib.clone().ok());
    let larger = details
        .storage_gib
        .filter(|gib| own.is_none_or(|own| *gib > own));
    let gib = larger.map(|gib| gib.to_string());
    let flags = [
        ("--source-server", Some(target.path())),
        ("--location", Some(normal_location(&details.location))),
        ("--tier", details.tier.clone()),
        ("--sku-name", details.sku.clone()),
        ("--storage-size", gib),
        ("--zone", details.zone.clone()),
        ("--subnet", details.subnet.clone()),
        ("--private-dns-zone", details.dns_zone.clone()),
    ];
    let flags: Vec<String> = flags
        .iter()
        .filter_map(|(name, value)| Some(flag(name, value.as_deref().filter(|v| !v.is_empty())?)))
        .collect();
    let rest = format!("{} --yes", flags.join(" "));
    command::server(&replica.id, "replica create", &rest).effect(REPLICA)
}

/// Returns the steps for all locks. The fix script only removes locks on the server itself.
/// Removing a lock of a wider scope is a manual decision.
pub(super) fn locks(facts: &Facts) -> Vec<Back> {
    let locks = facts.service.as_ref().and_then(|s| s.locks.as_ref());
    match locks {
        Ok(all) => all.iter().map(lock_again).collect(),
        Err(missing) => not_known(facts, "Locks: which there were is not known", missing),
    }
}

fn lock_again(lock: &Lock) -> Back {
    let level = match lock.level.as_ref() {
        Ok(level) => level,
        Err(missing) => {
            return Back {
                title: format!("Lock `{}` lay on {}", lock.name, lock.scope()),
                step: Err(missing.reason.clone()),
            };
        }
    };
    // `--resource` of az accepts the ID of a resource, but fails for the ID of a resource group.
    let on = match lock.group() {
        _ if lock.is_on_server() => flag("--resource", lock.on()),
        Some(group) => flag("--resource-group", group),
        None => String::new(),
    };
    let again = command::create_lock(lock, level, &on);
    let title = format!(
        "Lock `{}` of level `{level}` lay on {}",
        lock.name,
        lock.scope()
    );
    let step = Ok(if lock.is_on_server() {
        again
    } else {
        again.by_person()
    });
    Back { title, step }
}
