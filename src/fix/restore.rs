//! Generates the script that restores the target after the migration.
//! It restores temporary parameters, read replicas, high availability, and locks.
//! All values are from the answers, which must therefore be older than the fix.

use super::StepProgress;
use super::plan::{
    Handling, PlannedParameter, PlannedStep, needs_restart, planned_parameters, planned_steps,
};
use super::script::BashScript;
use super::script_header::{origin_line, requirements_line};
use crate::commands::quote;
use crate::commands::quote::{az_step, flag, quote_bash};
use crate::commands::step::{Action, Applicability, FixStep, Impact};
use crate::config::ServerId;
use crate::facts::target::replicas::{Replica, ReplicaDetails};
use crate::facts::target::server::{HighAvailability, Server, normalize_location};
use crate::facts::target::service::locks::ManagementLock;
use crate::facts::{Facts, Missing};
use crate::verdict::Evaluation;

/// Returns the script to run after the migration.
pub fn restore_script(facts: &Facts, judgement: &Evaluation) -> String {
    let wishes = planned_steps(judgement);
    let parameters = restored_parameters(facts, &wishes);
    let all: Vec<RestoreStep> = [
        replica_steps(facts),
        high_availability_steps(facts),
        lock_steps(facts),
    ]
    .into_iter()
    .flatten()
    .collect();
    let restarts = parameters.iter().any(|p| needs_restart(facts, &p.name));
    let steps = all.iter().filter_map(|b| b.step.as_ref().ok());
    let steps = steps
        .filter(|s| s.applicability == Applicability::Script)
        .count();
    let mut progress = StepProgress {
        done: 0,
        total: steps + usize::from(!parameters.is_empty()),
    };
    let mut script = BashScript::default();
    if !parameters.is_empty() {
        write_restored_parameters(&mut script, &parameters, restarts, &mut progress);
    }
    if !all.is_empty() {
        script.heading("As it was");
    }
    for back in &all {
        write_restore_step(&mut script, back, &mut progress);
    }
    let is_left = write_follow_up_steps(&mut script, &wishes, &parameters);
    if all.is_empty() && parameters.is_empty() && !is_left {
        script.heading("Nothing to put back");
    }
    let head = restore_header(facts, &all, script.has_sql());
    script.render(&head, facts)
}

fn restore_header(facts: &Facts, all: &[RestoreStep], has_statements: bool) -> Vec<String> {
    let costly = all.iter().filter_map(|b| b.step.as_ref().ok());
    let costly = costly.filter(|s| s.impact.cost.is_some()).count();
    vec![
        origin_line(facts, "after the migration"),
        "Run it when the migration is complete. It stops at the first error. All values are those of the answers it was made \
         from: these must be from before the fix."
            .to_owned(),
        requirements_line(has_statements),
        format!("Steps that cost money: {costly}."),
    ]
}

fn write_restore_step(
    script: &mut BashScript,
    restore_step: &RestoreStep,
    progress: &mut StepProgress,
) {
    script.blank();
    script.comment(&restore_step.title, "  ");
    match &restore_step.step {
        Ok(step) if step.applicability == Applicability::Decide => {
            script.comment("  By hand, if it was taken away:", "  ");
            script.run_commented(&step.to_string());
        }
        Ok(step) => {
            script.impact(&step.impact);
            script.echo(&progress.next_label(&restore_step.title));
            script.run(&step.to_string());
        }
        Err(why) => script.comment(&format!("  By hand: {why}"), "  "),
    }
}

/// A parameter to restore.
struct RestoredParameter {
    server: ServerId,
    name: String,
    value: String,
}

/// Returns the parameters that were changed only for the migration, by the script or manually.
/// Setting one that already has its old value is harmless.
fn restored_parameters(facts: &Facts, wishes: &[PlannedStep]) -> Vec<RestoredParameter> {
    let Ok(known) = facts.target_parameters.as_ref() else {
        return Vec::new();
    };
    let planned =
        [Handling::Script, Handling::Person].map(|handling| planned_parameters(wishes, handling));
    let temporary = planned.iter().flatten().filter(|s| s.is_temporary);
    let back = |setting: &PlannedParameter| {
        let was = known
            .find(setting.name)
            .ok()
            .flatten()
            .map(|p| p.value.as_str());
        let value = setting.permanent_value.or(was)?;
        Some(RestoredParameter {
            server: setting.server.clone(),
            name: setting.name.to_owned(),
            value: value.to_owned(),
        })
    };
    temporary.filter_map(back).collect()
}

fn write_restored_parameters(
    script: &mut BashScript,
    all: &[RestoredParameter],
    restarts: bool,
    progress: &mut StepProgress,
) {
    script.heading("Server parameters of the target");
    script.blank();
    script.echo(&progress.next_label("server parameters"));
    for RestoredParameter {
        server,
        name,
        value,
    } in all
    {
        script.blank();
        let shown = if value.is_empty() { "empty" } else { value };
        script.comment(&format!("`{name}` was `{shown}`, or is to be so"), "  ");
        script.run(&quote::set_parameter(server, name, value).to_string());
    }
    if restarts {
        script.comment(
            "  One of them counts after the next restart only; none is made here.",
            "  ",
        );
    }
}

/// Writes the manual steps for after the migration. Returns whether there are any.
/// `restored` contains the parameters that the script already sets.
fn write_follow_up_steps(
    script: &mut BashScript,
    wishes: &[PlannedStep],
    restored: &[RestoredParameter],
) -> bool {
    let after = wishes
        .iter()
        .filter(|w| w.handling() == Handling::Afterwards);
    let is_open = |wish: &&PlannedStep| match &wish.step.action {
        Action::Manual(_) | Action::Sql { .. } => true,
        Action::Parameter {
            name,
            value,
            server,
        } => {
            let is_same =
                |r: &RestoredParameter| (&r.server, &r.name, &r.value) == (server, name, value);
            !restored.iter().any(is_same)
        }
        _ => false,
    };
    let open_steps: Vec<_> = after.filter(is_open).collect();
    if open_steps.is_empty() {
        return false;
    }
    script.heading("By hand, where they fit");
    script.blank();
    let mut last_finding = None;
    for wish in open_steps {
        let asked = wish
            .reasons
            .first()
            .filter(|a| last_finding != Some(a.index));
        if let Some(asked) = asked {
            script.comment(
                &format!("{} [{}]", asked.finding.message, asked.check.id),
                "  ",
            );
        }
        last_finding = wish.reasons.first().map(|a| a.index);
        match wish.step.action {
            Action::Manual(_) | Action::Sql { .. } => {
                script.comment_statement(&wish.step.command_line())
            }
            _ => script.run_commented(&wish.step.command_line()),
        }
    }
    true
}

const STANDBY_IMPACT: Impact = Impact {
    restarts: false,
    cost: Some("a standby is paid for like the server itself"),
    duration: None,
    deletes: None,
    caveat: Some("an online operation; the standby follows once it has the data"),
};
const REPLICA_IMPACT: Impact = Impact {
    restarts: false,
    cost: Some("a replica is paid for like a server"),
    duration: Some(
        "in the server's own region the same for any size, in another region minutes to hours by size",
    ),
    deletes: None,
    caveat: Some(
        "its SKU and storage must not be smaller than the server's; what it alone had is to be set by hand",
    ),
};

/// A resource to restore.
pub(crate) struct RestoreStep {
    pub title: String,
    /// The step, or the description of the manual work.
    pub step: Result<FixStep, String>,
}

const HA_UNKNOWN: &str = "High availability: whether it was on is not known";

/// Returns an entry for facts that could not be read, because the resource can be removed before the migration.
fn unknown_steps(facts: &Facts, title: &str, missing: &Missing) -> Vec<RestoreStep> {
    let unknown = || RestoreStep {
        title: title.to_owned(),
        step: Err(missing.reason.clone()),
    };
    facts.migration.target.iter().map(|_| unknown()).collect()
}

pub(crate) fn high_availability_steps(facts: &Facts) -> Vec<RestoreStep> {
    let server = match facts.server.as_ref() {
        Ok(server) => server,
        Err(missing) => return unknown_steps(facts, HA_UNKNOWN, missing),
    };
    let title = |mode: &str| format!("High availability was on, mode `{mode}`");
    match server.high_availability.as_ref() {
        Err(missing) => unknown_steps(facts, HA_UNKNOWN, missing),
        Ok(ha) => match ha.mode.as_deref() {
            None => Vec::new(),
            Some(mode) if mode.eq_ignore_ascii_case("Disabled") => Vec::new(),
            Some(mode) => vec![RestoreStep {
                title: title(mode),
                step: enable_high_availability(server, ha, mode),
            }],
        },
    }
}

/// Returns the step that enables high availability again.
/// The az flag selects the zone automatically. A standby in the same zone therefore requires the REST API.
fn enable_high_availability(
    server: &Server,
    ha: &HighAvailability,
    mode: &str,
) -> Result<FixStep, String> {
    match mode.to_ascii_lowercase().as_str() {
        "zoneredundant" => {
            let own = server
                .availability_zone
                .as_ref()
                .ok()
                .and_then(|z| z.as_deref());
            let zone = ha.standby_zone.as_deref().filter(|z| Some(*z) != own);
            let zone = zone.map(|z| format!(" {}", flag("--standby-zone", z)));
            let flags = format!("--zonal-resiliency Enabled{}", zone.unwrap_or_default());
            Ok(quote::server_command(&server.id, "update", &flags).with_impact(STANDBY_IMPACT))
        }
        "samezone" => {
            let url = format!(
                "{}?api-version={}",
                server.id.path(),
                server.answered_api_version
            );
            let body = r#"{"properties":{"highAvailability":{"mode":"SameZone"}}}"#;
            let command = format!(
                "az rest --method patch --url {} --body {}",
                quote_bash(&url),
                quote_bash(body)
            );
            Ok(az_step(command).with_impact(STANDBY_IMPACT))
        }
        _ => Err(format!("this version knows no mode `{mode}`")),
    }
}

pub(crate) fn replica_steps(facts: &Facts) -> Vec<RestoreStep> {
    let Some(target) = &facts.migration.target else {
        return Vec::new();
    };
    let all = match facts.replicas.as_ref() {
        Ok(all) => all,
        Err(missing) => {
            let title = "Read replicas: which there were is not known";
            return unknown_steps(facts, title, missing);
        }
    };
    let server = facts.server.as_ref().ok();
    let restore_step = |replica: &Replica| RestoreStep {
        title: format!("`{}` was a read replica", replica.id.name),
        step: match &replica.details {
            Ok(details) => Ok(create_replica(&target.id, server, replica, details)),
            Err(missing) => Err(format!(
                "its SKU and place are not known: {}",
                missing.reason
            )),
        },
    };
    all.iter().map(restore_step).collect()
}

/// Returns the step that recreates a replica.
/// `server` is the target. The storage size is specified if it exceeds the target's size or if that size is unknown.
fn create_replica(
    target: &ServerId,
    server: Option<&Server>,
    replica: &Replica,
    details: &ReplicaDetails,
) -> FixStep {
    let own = server
        .and_then(|s| s.storage.as_ref().ok())
        .and_then(|s| s.size_gib.clone().ok());
    let larger = details
        .storage_gib
        .filter(|gib| own.is_none_or(|own| *gib > own));
    let gib = larger.map(|gib| gib.to_string());
    let flags = [
        ("--source-server", Some(target.path())),
        ("--location", Some(normalize_location(&details.location))),
        ("--tier", details.tier.clone()),
        ("--sku-name", details.sku.clone()),
        ("--storage-size", gib),
        ("--zone", details.availability_zone.clone()),
        ("--subnet", details.subnet_id.clone()),
        ("--private-dns-zone", details.dns_zone_id.clone()),
    ];
    let flags: Vec<String> = flags
        .iter()
        .filter_map(|(name, value)| Some(flag(name, value.as_deref().filter(|v| !v.is_empty())?)))
        .collect();
    let rest = format!("{} --yes", flags.join(" "));
    quote::server_command(&replica.id, "replica create", &rest).with_impact(REPLICA_IMPACT)
}

/// Returns the steps for all locks. The fix script only removes locks on the server itself.
/// Removing a lock of a wider scope is a manual decision.
pub(crate) fn lock_steps(facts: &Facts) -> Vec<RestoreStep> {
    let locks = facts.service.as_ref().and_then(|s| s.locks.as_ref());
    match locks {
        Ok(all) => all.iter().map(lock_step).collect(),
        Err(missing) => unknown_steps(facts, "Locks: which there were is not known", missing),
    }
}

fn lock_step(lock: &ManagementLock) -> RestoreStep {
    let level = match lock.level.as_ref() {
        Ok(level) => level,
        Err(missing) => {
            return RestoreStep {
                title: format!("Lock `{}` lay on {}", lock.name, lock.scope_label()),
                step: Err(missing.reason.clone()),
            };
        }
    };
    // `--resource` of az accepts the ID of a resource, but fails for the ID of a resource group.
    let on = match lock.resource_group() {
        _ if lock.is_on_server() => flag("--resource", lock.locked_scope()),
        Some(group) => flag("--resource-group", group),
        None => String::new(),
    };
    let create = quote::create_lock(lock, level, &on);
    let title = format!(
        "Lock `{}` of level `{level}` lay on {}",
        lock.name,
        lock.scope_label()
    );
    let step = Ok(if lock.is_on_server() {
        create
    } else {
        create.for_decision()
    });
    RestoreStep { title, step }
}
