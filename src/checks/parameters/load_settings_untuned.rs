//! A bulk load wants other settings than a day's work, and a long copy wants connections that survive. Since 0.1.0.
//! Settings: restore guide, 2025-08-22 (written for pg_restore), as far as disk and memory allow; keepalives: error codes page, 2025-02-07.

use crate::checks::{Check, Finding, Findings, Judged, Needs, Severity, Step, command};
use crate::facts::configurations::Configurations;
use crate::facts::parameter::{Value, convert, readable, value};
use crate::facts::server::Server;
use crate::facts::settings::Settings;
use crate::facts::{Fact, Facts};
use crate::plan::ServerId;
use crate::sizing::demand::{self, Data};
use crate::sizing::storage;

pub const CHECK: Check = Check {
    id: "load-settings-untuned",
    title: "Settings are far from what a large copy wants",
    severity: Severity::Note,
    unknown: Severity::Note,
    needs: Needs::Pair,
    mode: None,
    official: &[],
    why: "The copy is quicker with rare checkpoints and much memory for index builds, and a connection that carries a table \
          for hours needs keepalives, or a firewall between forgets it.",
    fix: "Set the values for the time of the migration, and put the old ones back afterwards; none needs a restart.",
    look: "SELECT name, setting, unit FROM pg_settings WHERE name LIKE 'tcp_keepalives%' OR name IN ('max_wal_size', \
           'maintenance_work_mem', 'checkpoint_timeout')",
    link: "https://learn.microsoft.com/azure/postgresql/troubleshoot/how-to-pgdump-restore",
    run,
};

/// Below this a copy takes minutes, whatever the settings.
const WORTH_TUNING_GIB: f64 = 10.0;
/// From here on a connection carries one table for hours.
const WORTH_KEEPING_GIB: f64 = 100.0;

/// A setting of the load on the target: name, what the guide wants, in which unit, and below which value it is far from that.
const LOAD: &[(&str, f64, &str, f64)] = &[
    ("max_wal_size", 65_536.0, "megabytes", 16.0 * 1024.0),
    ("maintenance_work_mem", 2_097_151.0, "KB", 524_288.0),
    ("checkpoint_timeout", 3600.0, "seconds", 1800.0),
];

/// The most of the disk's room beside the data that `max_wal_size` may take. No page gives a share. It is no hard limit for
/// the log, and at 95 % the server turns read-only: half is left for what goes beyond it.
const LOG_SHARE: f64 = 0.5;
/// The most of the memory that `maintenance_work_mem` may take. The guide wants less on 2, 4 and 8 vCores, and gives no share: with a
/// sixteenth, four indexes that are built at a time take a quarter, and the buffers have another.
const MEMORY_SHARE: f64 = 1.0 / 16.0;

/// A keepalive of both sides: name, what is wanted, the least and the most that will do.
const KEEPALIVES: &[(&str, &str, f64, f64)] = &[
    ("tcp_keepalives_idle", "10", 1.0, 60.0),
    ("tcp_keepalives_interval", "10", 1.0, 30.0),
    ("tcp_keepalives_count", "60", 30.0, f64::MAX),
];

fn run(facts: &Facts) -> Judged {
    let data = demand::data(facts)?;
    let mut findings = Findings::none();
    data.missing.iter().for_each(|m| findings.unknown(m));
    let server = facts.server.as_ref()?;
    let configurations = facts.configurations.as_ref()?;
    let settings = facts.settings.as_ref()?;
    if data.gib >= WORTH_TUNING_GIB {
        load(&mut findings, facts, &data, server, configurations);
    }
    if data.gib >= WORTH_KEEPING_GIB {
        kept_by_target(&mut findings, &server.id, configurations);
        kept_by_source(&mut findings, facts, settings);
    }
    Ok(findings)
}

fn load(
    findings: &mut Findings,
    facts: &Facts,
    data: &Data,
    server: &Server,
    configurations: &Configurations,
) {
    for (name, guide, unit, far) in LOAD {
        let most = match *name {
            "max_wal_size" => log_megabytes(data, server),
            "maintenance_work_mem" => memory_kilobytes(facts, server),
            _ => Ok(f64::MAX),
        };
        let parameter = configurations.get(name);
        let (Some(parameter), Some(most)) = (findings.know(&parameter), findings.know(&most))
        else {
            continue;
        };
        let wanted = guide.min(*most);
        let has = value(name, &parameter.value, parameter.unit.as_deref(), false);
        let far = value(name, &far.min(wanted / 2.0).to_string(), Some(unit), false);
        let is_far = matches!((has, far), (Value::Number(has), Value::Number(far)) if has < far);
        if is_far && !parameter.is_read_only {
            let wanted = format!("{wanted:.0}");
            let own = convert(&wanted, Some(unit), parameter.unit.as_deref());
            let own = own.unwrap_or_else(|| wanted.clone());
            let shown = readable(&parameter.value, parameter.unit.as_deref());
            let here = readable(&wanted, Some(unit));
            let message = match *guide > *most {
                true => format!(
                    "`{name}` of the target is {shown}, a large load wants {}, and this server has room for {here}",
                    readable(&guide.to_string(), Some(unit))
                ),
                false => format!("`{name}` of the target is {shown}, a large load wants {here}"),
            };
            findings.push(on_target(&server.id, name, message, &parameter.value, &own));
        }
    }
}

/// What `max_wal_size` may be beside the data, in whole GiB.
fn log_megabytes(data: &Data, server: &Server) -> Fact<f64> {
    if let Some(missing) = data.missing.first() {
        return Err(missing.clone());
    }
    let storage = server.storage.as_ref().map_err(Clone::clone)?;
    let size = storage.size_gib.as_ref().map_err(Clone::clone)?;
    let free = storage::usable_gib(f64::from(*size)) - data.gib;
    Ok((free.max(0.0) * LOG_SHARE).floor() * 1024.0)
}

/// What `maintenance_work_mem` may be, in whole MiB.
fn memory_kilobytes(facts: &Facts, server: &Server) -> Fact<f64> {
    let sku = server.sku.as_ref().map_err(Clone::clone)?;
    let capabilities = facts.capabilities.as_ref().map_err(Clone::clone)?;
    let memory_mib = capabilities.sku(&sku.name)?.memory_gib * 1024.0;
    Ok((memory_mib * MEMORY_SHARE).floor() * 1024.0)
}

fn kept_by_target(findings: &mut Findings, id: &ServerId, configurations: &Configurations) {
    for (name, wanted, least, most) in KEEPALIVES {
        let Some(parameter) = findings.know(&configurations.get(name)).copied() else {
            continue;
        };
        if is_outside(&parameter.value, *least, *most) {
            let message = format!(
                "`{name}` of the target is {}, a long copy wants {wanted}",
                parameter.value
            );
            findings.push(on_target(id, name, message, &parameter.value, wanted));
        }
    }
}

/// Zero leaves it to the operating system, which waits two hours.
fn is_outside(text: &str, least: f64, most: f64) -> bool {
    text.trim()
        .parse::<f64>()
        .is_ok_and(|n| n < least || n > most)
}

fn on_target(id: &ServerId, name: &str, message: String, old: &str, new: &str) -> Finding {
    Finding::new(format!("parameter/{name}"), message)
        .evidence("restore", old)
        .fix(command::set_parameter(id, name, new).temporary())
        .fix(
            command::set_parameter(id, name, old)
                .afterwards()
                .note("afterwards"),
        )
}

fn kept_by_source(findings: &mut Findings, facts: &Facts, settings: &Settings) {
    let kind = facts.migration.source.as_ref().and_then(|s| s.kind);
    for (name, wanted, least, most) in KEEPALIVES {
        let Some(old) = findings.know(&settings.value(name)).copied() else {
            continue;
        };
        if is_outside(old, *least, *most) {
            let shown = if old == "0" {
                "left to the operating system"
            } else {
                old
            };
            let message = format!("`{name}` of the source is {shown}, a long copy wants {wanted}");
            let finding =
                Finding::new(format!("parameter/{name}"), message).evidence("restore", old);
            // A managed source has its own place for parameters.
            findings.push(if kind.is_none_or(|kind| !kind.is_managed()) {
                let was_default = settings.find(name).is_some_and(|s| s.source == "default");
                let back = if was_default {
                    format!("ALTER SYSTEM RESET {name};")
                } else {
                    format!("ALTER SYSTEM SET {name} = {old};")
                };
                finding
                    .fix(format!(
                        "ALTER SYSTEM SET {name} = {wanted}; SELECT pg_reload_conf();"
                    ))
                    .fix(
                        Step::from(format!("{back} SELECT pg_reload_conf(); -- afterwards"))
                            .afterwards(),
                    )
            } else {
                finding
            });
        }
    }
}
