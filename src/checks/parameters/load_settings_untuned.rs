//! Checks that the target's parameters are tuned for a bulk load and that keepalives protect long copies. Since 0.1.0.
//! Load values: restore guide, 2025-08-22 (written for pg_restore), limited by storage and memory.
//! Keepalives: error codes page, 2025-02-07.

use crate::checks::{Check, CheckResult, Finding, Findings, FixStep, Needs, Object, Severity};
use crate::commands::quote;
use crate::config::ServerId;
use crate::facts::parameter_value::{ParameterValue, convert_unit, format_with_unit, normalize};
use crate::facts::source::source_parameters::SourceParameters;
use crate::facts::target::server::Server;
use crate::facts::target::target_parameters::TargetParameters;
use crate::facts::{Fact, Facts};
use crate::sizing::requirements::SourceData;
use crate::sizing::{requirements, storage_size};

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
    verify: "SELECT name, setting, unit FROM pg_settings WHERE name LIKE 'tcp_keepalives%' OR name IN ('max_wal_size', \
           'maintenance_work_mem', 'checkpoint_timeout')",
    link: "https://learn.microsoft.com/azure/postgresql/troubleshoot/how-to-pgdump-restore",
    run,
};

/// Data size in GiB below which a copy takes only minutes, whatever the parameters are.
const MIN_TUNING_GIB: f64 = 10.0;
/// Data size in GiB from which a single table can keep a connection busy for hours.
const MIN_KEEPALIVE_GIB: f64 = 100.0;

/// Bulk load parameters: name, recommended value, unit, and the value below which the parameter is reported.
const LOAD_PARAMETERS: &[(&str, f64, &str, f64)] = &[
    ("max_wal_size", 65_536.0, "megabytes", 16.0 * 1024.0),
    ("maintenance_work_mem", 2_097_151.0, "KB", 524_288.0),
    ("checkpoint_timeout", 3600.0, "seconds", 1800.0),
];

/// The maximum share of the free storage for `max_wal_size`. The documentation does not specify a share.
/// `max_wal_size` is not a hard limit, and the server becomes read-only at 95% of its storage.
/// Half of the free storage is therefore reserved.
const WAL_STORAGE_SHARE: f64 = 0.5;
/// The maximum share of the memory for `maintenance_work_mem`.
/// The guide recommends less on 2, 4, and 8 vCores, but does not specify a share.
/// With 1/16, four parallel index builds use a quarter of the memory, and the shared buffers use another quarter.
const MEMORY_SHARE: f64 = 1.0 / 16.0;

/// Keepalive parameters of both servers: name, recommended value, minimum, and maximum.
const KEEPALIVE_PARAMETERS: &[(&str, &str, f64, f64)] = &[
    ("tcp_keepalives_idle", "10", 1.0, 60.0),
    ("tcp_keepalives_interval", "10", 1.0, 30.0),
    ("tcp_keepalives_count", "60", 30.0, f64::MAX),
];

fn run(facts: &Facts) -> CheckResult {
    let data = requirements::source_data(facts)?;
    let mut findings = Findings::none();
    data.missing.iter().for_each(|m| findings.add_missing(m));
    let server = facts.server.as_ref()?;
    let configurations = facts.target_parameters.as_ref()?;
    let settings = facts.source_parameters.as_ref()?;
    if data.total_gib >= MIN_TUNING_GIB {
        check_load_parameters(&mut findings, facts, &data, server, configurations);
    }
    if data.total_gib >= MIN_KEEPALIVE_GIB {
        check_target_keepalives(&mut findings, &server.id, configurations);
        check_source_keepalives(&mut findings, facts, settings);
    }
    Ok(findings)
}

fn check_load_parameters(
    findings: &mut Findings,
    facts: &Facts,
    data: &SourceData,
    server: &Server,
    configurations: &TargetParameters,
) {
    for (name, guide, unit, far) in LOAD_PARAMETERS {
        let most = match *name {
            "max_wal_size" => max_wal_size_limit_mib(data, server),
            "maintenance_work_mem" => maintenance_work_mem_limit_kib(facts, server),
            _ => Ok(f64::MAX),
        };
        let parameter = configurations.get(name);
        let (Some(parameter), Some(most)) = (findings.require(&parameter), findings.require(&most))
        else {
            continue;
        };
        let wanted = guide.min(*most);
        let has = normalize(name, &parameter.value, parameter.unit.as_deref(), false);
        let far = normalize(name, &far.min(wanted / 2.0).to_string(), Some(unit), false);
        let is_far = matches!((has, far), (ParameterValue::Number(has), ParameterValue::Number(far)) if has < far);
        if is_far && !parameter.is_read_only {
            let wanted = format!("{wanted:.0}");
            let own = convert_unit(&wanted, Some(unit), parameter.unit.as_deref());
            let own = own.unwrap_or_else(|| wanted.clone());
            let shown = format_with_unit(&parameter.value, parameter.unit.as_deref());
            let here = format_with_unit(&wanted, Some(unit));
            let message = if *guide > *most {
                format!(
                    "`{name}` of the target is {shown}, a large load wants {}, and this server has room for {here}",
                    format_with_unit(&guide.to_string(), Some(unit))
                )
            } else {
                format!("`{name}` of the target is {shown}, a large load wants {here}")
            };
            findings.push(target_parameter_finding(
                &server.id,
                name,
                message,
                &parameter.value,
                &own,
            ));
        }
    }
}

/// Returns the upper limit of `max_wal_size` in MiB, rounded down to whole GiB.
fn max_wal_size_limit_mib(data: &SourceData, server: &Server) -> Fact<f64> {
    if let Some(missing) = data.missing.first() {
        return Err(missing.clone());
    }
    let storage = server.storage.as_ref()?;
    let size = storage.size_gib.as_ref()?;
    let free = storage_size::usable_gib(f64::from(*size)) - data.total_gib;
    Ok((free.max(0.0) * WAL_STORAGE_SHARE).floor() * 1024.0)
}

/// Returns the upper limit of `maintenance_work_mem` in KiB, rounded down to whole MiB.
fn maintenance_work_mem_limit_kib(facts: &Facts, server: &Server) -> Fact<f64> {
    let sku = server.sku.as_ref()?;
    let capabilities = facts.capabilities.as_ref()?;
    let memory_mib = capabilities.sku(&sku.name)?.memory_gib * 1024.0;
    Ok((memory_mib * MEMORY_SHARE).floor() * 1024.0)
}

fn check_target_keepalives(
    findings: &mut Findings,
    id: &ServerId,
    configurations: &TargetParameters,
) {
    for (name, wanted, least, most) in KEEPALIVE_PARAMETERS {
        let Some(parameter) = findings.require(&configurations.get(name)).copied() else {
            continue;
        };
        if is_outside(&parameter.value, *least, *most) {
            let message = format!(
                "`{name}` of the target is {}, a long copy wants {wanted}",
                parameter.value
            );
            findings.push(target_parameter_finding(
                id,
                name,
                message,
                &parameter.value,
                wanted,
            ));
        }
    }
}

/// Returns whether a number is outside the range. Zero uses the operating system's default, which is two hours.
fn is_outside(text: &str, least: f64, most: f64) -> bool {
    text.trim()
        .parse::<f64>()
        .is_ok_and(|n| n < least || n > most)
}

fn target_parameter_finding(
    id: &ServerId,
    name: &str,
    message: String,
    old: &str,
    new: &str,
) -> Finding {
    Finding::new(Object::parameter(name), message)
        .with_evidence("restore", old)
        .with_fix(quote::set_parameter(id, name, new).temporary())
        .with_fix(quote::set_parameter(id, name, old).afterwards())
}

fn check_source_keepalives(findings: &mut Findings, facts: &Facts, settings: &SourceParameters) {
    let kind = facts.migration.source.as_ref().and_then(|s| s.kind);
    for (name, wanted, least, most) in KEEPALIVE_PARAMETERS {
        let Some(old) = findings.require(&settings.value(name)).copied() else {
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
                Finding::new(Object::parameter(*name), message).with_evidence("restore", old);
            // On a managed source, parameters are not set with `ALTER SYSTEM`.
            findings.push(if kind.is_none_or(|kind| !kind.is_managed()) {
                let was_default = settings.find(name).is_some_and(|s| s.source == "default");
                let back = if was_default {
                    format!("ALTER SYSTEM RESET {name}")
                } else {
                    format!("ALTER SYSTEM SET {name} = {old}")
                };
                finding
                    .with_fix(
                        FixStep::sql(format!("ALTER SYSTEM SET {name} = {wanted}")).with_reload(),
                    )
                    .with_fix(FixStep::sql(back).with_reload().afterwards())
            } else {
                finding
            });
        }
    }
}
