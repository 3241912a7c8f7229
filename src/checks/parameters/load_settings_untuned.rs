//! Checks that the target's parameters are tuned for a bulk load and that keepalives protect long copies. Since 0.1.0.
//! Load values: restore guide, 2025-08-22 (written for pg_restore), limited by storage and memory.
//! Keepalives: error codes page, 2025-02-07.

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

/// Data size in GiB below which a copy takes only minutes, whatever the parameters are.
const WORTH_TUNING_GIB: f64 = 10.0;
/// Data size in GiB from which a single table can keep a connection busy for hours.
const WORTH_KEEPING_GIB: f64 = 100.0;

/// Bulk load parameters: name, recommended value, unit, and the value below which the parameter is reported.
const LOAD: &[(&str, f64, &str, f64)] = &[
    ("max_wal_size", 65_536.0, "megabytes", 16.0 * 1024.0),
    ("maintenance_work_mem", 2_097_151.0, "KB", 524_288.0),
    ("checkpoint_timeout", 3600.0, "seconds", 1800.0),
];

/// The maximum share of the free storage for `max_wal_size`. The documentation does not specify a share.
/// `max_wal_size` is not a hard limit, and the server becomes read-only at 95% of its storage.
/// Half of the free storage is therefore reserved.
const LOG_SHARE: f64 = 0.5;
/// The maximum share of the memory for `maintenance_work_mem`.
/// The guide recommends less on 2, 4, and 8 vCores, but does not specify a share.
/// With 1/16, four parallel index builds use a quarter of the memory, and the shared buffers use another quarter.
const MEMORY_SHARE: f64 = 1.0 / 16.0;

/// Keepalive parameters of both servers: name, recommended value, minimum, and maximum.
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

/// Returns the upper limit of `max_wal_size` in MiB, rounded down to whole GiB.
fn log_megabytes(data: &Data, server: &Server) -> Fact<f64> {
    if let Some(missing) = data.missing.first() {
        return Err(missing.clone());
    }
    let storage = server.storage.as_ref().map_err(Clone::clone)?;
    let size = storage.size_gib.as_ref().map_err(Clone::clone)?;
    let free = storage::usable_gib(f64::from(*size)) - data.gib;
    Ok((free.max(0.0) * LOG_SHARE).floor() * 1024.0)
}

/// Returns the upper limit of `maintenance_work_mem` in KiB, rounded down to whole MiB.
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

/// Returns whether a number is outside the range. Zero uses the operating system's default, which is two hours.
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
            // On a managed source, parameters are not set with `ALTER SYSTEM`.
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
