//! What is put back once the migration is complete: parameters that it alone needed, read replicas, high availability, locks.
//! All values are those of the answers, so these must be older than the fix.

use super::bash::Script;
use super::parameters::{Setting, settings, waits_for_restart};
use super::wishes::{Wish, wishes};
use super::{Progress, needs, origin};
use crate::checks::command::{self, az, flag, quote};
use crate::checks::step::{Effect, Step, Taken, What};
use crate::facts::Facts;
use crate::facts::replicas::{Details, Replica};
use crate::facts::server::{HighAvailability, Server};
use crate::facts::service::locks::Lock;
use crate::verdict::Judgement;

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

/// One thing that is put back.
struct Back {
    title: String,
    step: Result<Step, String>,
}

/// The script for after the migration.
pub fn restore(facts: &Facts, judgement: &Judgement) -> String {
    let wishes = wishes(judgement);
    let parameters = parameters(facts, &wishes);
    let all: Vec<Back> = [replicas(facts), availability(facts), locks(facts)]
        .into_iter()
        .flatten()
        .collect();
    let restarts = parameters.iter().any(|p| waits_for_restart(facts, &p.0));
    let steps = all.iter().filter(|b| b.step.is_ok()).count();
    let mut progress = Progress {
        done: 0,
        of: steps + usize::from(!parameters.is_empty()),
    };
    let mut script = Script::default();
    if !parameters.is_empty() {
        parameters_back(&mut script, &parameters, restarts, &mut progress);
    }
    if !all.is_empty() {
        script.part("As it was");
    }
    for back in &all {
        one(&mut script, back, &mut progress);
    }
    by_hand(&mut script, &wishes);
    if all.is_empty() && parameters.is_empty() {
        script.part("Nothing to put back");
    }
    script.finish(&head(facts, &all), facts)
}

fn head(facts: &Facts, all: &[Back]) -> Vec<String> {
    let costly = all.iter().filter_map(|b| b.step.as_ref().ok());
    let costly = costly.filter(|s| s.effect.costs.is_some()).count();
    vec![
        origin(facts, "after the migration"),
        "Run it when the migration is complete. It stops at the first error. All values are those of the answers it was made \
         from: these must be from before the fix."
            .to_owned(),
        needs(),
        format!("Steps that cost money: {costly}."),
    ]
}

fn one(script: &mut Script, back: &Back, progress: &mut Progress) {
    script.blank();
    script.comment(&back.title, "  ");
    match &back.step {
        Ok(step) => {
            script.effect(&step.effect);
            script.say(&progress.next(&back.title));
            script.run(&step.to_string());
        }
        Err(why) => script.comment(&format!("  By hand: {why}"), "  "),
    }
}

/// Name, value and command of each parameter that goes back.
type Parameter = (String, String, String);

/// What the migration alone needed, whoever was to set it: a value that is there already is set to no harm.
fn parameters(facts: &Facts, wishes: &[Wish]) -> Vec<Parameter> {
    let Ok(known) = facts.configurations.as_ref() else {
        return Vec::new();
    };
    let by_all = [Taken::ByScript, Taken::ByPerson].map(|taken| settings(wishes, taken));
    let temporary = by_all.iter().flatten().filter(|s| s.is_temporary);
    let back = |setting: &Setting| {
        let was = known
            .find(setting.name)
            .ok()
            .flatten()
            .map(|p| p.value.as_str());
        let value = setting.lasting.or(was)?;
        let command = command::set_parameter(setting.server, setting.name, value);
        Some((
            setting.name.to_owned(),
            value.to_owned(),
            command.to_string(),
        ))
    };
    temporary.filter_map(back).collect()
}

fn parameters_back(
    script: &mut Script,
    all: &[Parameter],
    restarts: bool,
    progress: &mut Progress,
) {
    script.part("Server parameters of the target");
    script.blank();
    script.say(&progress.next("server parameters"));
    for (name, value, command) in all {
        script.blank();
        let shown = if value.is_empty() { "empty" } else { value };
        script.comment(&format!("`{name}` was `{shown}`, or is to be so"), "  ");
        script.run(command);
    }
    if restarts {
        script.comment(
            "  One of them counts after the next restart only; none is made here.",
            "  ",
        );
    }
}

fn availability(facts: &Facts) -> Vec<Back> {
    let Ok(server) = facts.server.as_ref() else {
        return Vec::new();
    };
    let title = |mode: &str| format!("High availability was on, mode `{mode}`");
    match server.high_availability.as_ref() {
        Err(missing) => vec![Back {
            title: "High availability: whether it was on is not known".to_owned(),
            step: Err(missing.reason.clone()),
        }],
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

/// The flag of az chooses between zones by itself: a standby in the same zone is asked for through the REST interface.
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

fn replicas(facts: &Facts) -> Vec<Back> {
    let Ok(server) = facts.server.as_ref() else {
        return Vec::new();
    };
    let all = facts
        .replicas
        .as_ref()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let back = |replica: &Replica| Back {
        title: format!("`{}` was a read replica", replica.id.name),
        step: match &replica.details {
            Ok(details) => Ok(again(server, replica, details)),
            Err(missing) => Err(format!(
                "its SKU and place are not known: {}",
                missing.reason
            )),
        },
    };
    all.iter().map(back).collect()
}

fn again(server: &Server, replica: &Replica, details: &Details) -> Step {
    let own = server
        .storage
        .as_ref()
        .ok()
        .and_then(|s| s.size_gib.clone().ok());
    let larger = details
        .storage_gib
        .filter(|gib| own.is_none_or(|own| *gib > own));
    let gib = larger.map(|gib| gib.to_string());
    let flags = [
        ("--source-server", Some(server.id.path())),
        (
            "--location",
            Some(crate::facts::server::normal_location(&details.location)),
        ),
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

/// The locks that the fix takes away by itself; those of a wider scope were a person's decision.
fn locks(facts: &Facts) -> Vec<Back> {
    let locks = facts
        .service
        .as_ref()
        .ok()
        .and_then(|s| s.locks.as_ref().ok());
    let all = locks.map(Vec::as_slice).unwrap_or_default();
    all.iter().filter_map(lock_again).collect()
}

fn lock_again(lock: &Lock) -> Option<Back> {
    let level = lock.level.as_ref().ok()?;
    let words = format!(
        "az lock create {} {} {}",
        flag("--name", &lock.name),
        flag("--lock-type", level),
        flag("--resource", lock.on())
    );
    let title = format!(
        "Lock `{}` of level `{level}` lay on {}",
        lock.name,
        lock.scope()
    );
    let step = if lock.is_on_server() {
        Ok(az(words))
    } else {
        Err(format!("if it was taken away: {words}"))
    };
    Some(Back { title, step })
}

/// What belongs after the migration and no script can do.
fn by_hand(script: &mut Script, wishes: &[Wish]) {
    let after = wishes.iter().filter(|w| w.taken() == Taken::Afterwards);
    let words: Vec<_> = after
        .filter(|w| matches!(w.step.what, What::Words(_)))
        .collect();
    if words.is_empty() {
        return;
    }
    script.part("By hand, where they fit");
    script.blank();
    for wish in words {
        for asked in wish.by.iter().take(1) {
            script.comment(
                &format!("{} [{}]", asked.finding.message, asked.check.id),
                "  ",
            );
        }
        script.comment(&format!("    {}", wish.step), "      ");
    }
}
