//! Checks for timeouts that end the copy session and with it the migration. Since 0.1.0.
//! The troubleshooting page of the service's error codes requires no idle timeout on both servers.
//! Amazon RDS sets an idle timeout of 24 hours by default. `transaction_timeout` (17) ends the same transaction.

use crate::checks::{
    Check, CheckResult, Finding, Findings, FixStep, Inconclusive, Needs, Object, Severity,
};
use crate::commands::quote;
use crate::config::SourceServer;
use crate::facts::parameter_value::parse_milliseconds;
use crate::facts::source::privileges::{RoleSettings, SettingScope};
use crate::facts::source::source_parameters::SourceParameter;
use crate::facts::{Fact, Facts, Missing};
use crate::reference::copy_time;

pub const CHECK: Check = Check {
    id: "idle-timeout-cuts-copy",
    title: "A timeout ends the session that copies",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Pair,
    mode: None,
    official: &[],
    why: "The snapshot of the copy lives in one transaction that stands idle while other sessions read; when a timeout ends \
          it, or a statement that takes long, the migration starts again from nothing.",
    fix: "Set the timeouts to 0 for the migration user on the source, and on the target until the migration is done.",
    verify: "SELECT name, reset_val, unit FROM pg_settings WHERE name IN ('idle_in_transaction_session_timeout', \
           'transaction_timeout', 'statement_timeout', 'lock_timeout')",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/troubleshoot-error-codes",
    run,
};

/// Timeout parameters, and whether only a value below the copy duration is reported.
const TIMEOUTS: &[(&str, bool)] = &[
    ("idle_in_transaction_session_timeout", true),
    ("transaction_timeout", true),
    ("statement_timeout", false),
    ("lock_timeout", false),
];

fn run(facts: &Facts) -> CheckResult {
    let mut findings = Findings::none();
    let copy = estimate_copy_minutes(facts);
    for (name, only_if_shorter) in TIMEOUTS {
        let mut found = source_timeouts(facts, &mut findings, name)?;
        found.extend(target_timeout(facts, &mut findings, name)?);
        for timeout in found.iter().filter(|t| t.milliseconds > 0.0) {
            if !only_if_shorter {
                findings.push(timeout.finding(name, None));
            } else if let Some(minutes) = findings.require(&copy)
                && timeout.milliseconds < minutes * 60_000.0
            {
                findings.push(timeout.finding(name, Some(*minutes)));
            }
        }
    }
    Ok(findings)
}

/// Estimates the copy duration in minutes by the documented rates, for all selected databases in sequence.
fn estimate_copy_minutes(facts: &Facts) -> Fact<f64> {
    let databases = facts.databases.as_ref()?;
    let (selected, missing) = databases.selected();
    if let Some(missing) = missing {
        return Err(missing);
    }
    let sizes: Fact<Vec<u64>> = selected.iter().map(|d| d.size()).collect();
    Ok(copy_time::copy_minutes(sizes?.iter().sum()))
}

/// A timeout that is effective for a session of the migration.
struct EffectiveTimeout {
    object: Object,
    location: String,
    display: String,
    milliseconds: f64,
    fix: FixStep,
}

impl EffectiveTimeout {
    fn finding(&self, name: &str, copy: Option<f64>) -> Finding {
        let than =
            copy.map(|minutes| format!(", and the copy takes about {}", format_minutes(minutes)));
        let message = format!(
            "`{name}` is `{}` {}{}",
            self.display,
            self.location,
            than.unwrap_or_default()
        );
        Finding::new(self.object.clone(), message)
            .with_evidence(name, &self.display)
            .with_fix(self.fix.clone())
    }
}

fn format_minutes(minutes: f64) -> String {
    if minutes < 120.0 {
        format!("{:.0} minutes", minutes.ceil())
    } else {
        format!("{:.0} hours", (minutes / 60.0).ceil())
    }
}

/// Returns the timeouts effective for the migration user in the selected databases, each scope once.
fn source_timeouts(
    facts: &Facts,
    findings: &mut Findings,
    name: &str,
) -> Result<Vec<EffectiveTimeout>, Inconclusive> {
    let Some(setting) = facts.source_parameters.as_ref()?.find(name) else {
        // This major version does not have the parameter.
        return Ok(Vec::new());
    };
    let own_settings = facts.privileges.as_ref()?.role_settings.as_ref()?;
    own_settings
        .missing_rows()
        .into_iter()
        .for_each(|m| findings.add_missing(m));
    let source = facts.migration.source.as_ref();
    let source = source.ok_or_else(Missing::no_source)?;
    let user = facts.migration_user()?;
    let databases = facts.databases.as_ref()?;
    let mut scopes: Vec<(Option<SettingScope>, &str)> = Vec::new();
    for database in findings.selected_databases(databases) {
        let (scope, value) = match own_settings.effective(name, user, &database.name) {
            Some(own_settings) => (Some(own_settings.scope()), own_settings.value.as_deref()),
            None => (None, server_default(own_settings, source, setting)),
        };
        match value {
            None => findings.add_missing(&hidden_default(name)),
            Some(value) if !scopes.contains(&(scope, value)) => scopes.push((scope, value)),
            Some(_) => {}
        }
    }
    let timeouts = scopes.into_iter().filter_map(|(scope, value)| {
        let found = parse_source_timeout(name, user, scope, value, setting.unit.as_deref());
        if found.is_none() {
            findings.add_missing(&Missing::not_specified(
                format!("`{name}` of the source is `{value}`, which is no time"),
                "look at it on the server",
            ));
        }
        found
    });
    Ok(timeouts.collect())
}

/// Returns the server-wide value, or `None` if a setting of the tool's own session hides it.
/// The session guards change the column `source` of `pg_settings`, but never `reset_val`.
fn server_default<'f>(
    own: &RoleSettings,
    source: &SourceServer,
    setting: &'f SourceParameter,
) -> Option<&'f str> {
    let is_hidden = setting.source == "client"
        || own
            .effective(&setting.name, &source.user, &source.database)
            .is_some();
    setting.reset_val.as_deref().filter(|_| !is_hidden)
}

fn hidden_default(name: &str) -> Missing {
    Missing::not_specified(
        format!("the role that asked has a `{name}` of its own, which hides the server's"),
        "ask as a role, or through a database, that has no such setting",
    )
}

fn parse_source_timeout(
    name: &str,
    user: &str,
    scope: Option<SettingScope>,
    value: &str,
    unit: Option<&str>,
) -> Option<EffectiveTimeout> {
    let user_name = quote::quote_identifier(user);
    let (object, place) = match scope {
        None => (Object::parameter(name), "on the source".to_owned()),
        Some(SettingScope::AllRoles) => (Object::Server, "for all roles of the source".to_owned()),
        Some(SettingScope::Database(database)) => (
            Object::for_database(database),
            format!("for database `{database}` of the source"),
        ),
        Some(SettingScope::Role(role)) => {
            (Object::role(role), format!("for `{role}` on the source"))
        }
        Some(SettingScope::RoleInDatabase { role, database }) => (
            Object::in_database(database, "role", role),
            format!("for `{role}` in `{database}` of the source"),
        ),
    };
    let whom = match scope {
        Some(SettingScope::RoleInDatabase { database, .. }) => {
            format!(
                "{user_name} IN DATABASE {}",
                quote::quote_identifier(database)
            )
        }
        _ => user_name,
    };
    Some(EffectiveTimeout {
        object,
        location: place,
        display: display_value(value, unit),
        milliseconds: parse_milliseconds(value, unit)?,
        fix: FixStep::sql(format!("ALTER ROLE {whom} SET {name} TO 0")).for_script(),
    })
}

/// Formats a value. A bare number is shown with its unit.
fn display_value(value: &str, unit: Option<&str>) -> String {
    match (value.parse::<f64>(), unit) {
        (Ok(_), unit) => {
            crate::facts::parameter_value::format_with_unit(value, unit.or(Some("ms")))
        }
        _ => value.to_owned(),
    }
}

fn target_timeout(
    facts: &Facts,
    findings: &mut Findings,
    name: &str,
) -> Result<Option<EffectiveTimeout>, Inconclusive> {
    let configurations = facts.target_parameters.as_ref()?;
    let server = facts.server.as_ref()?;
    let found = configurations.find(name);
    let Some(Some(parameter)) = findings.require(&found) else {
        return Ok(None);
    };
    let Some(milliseconds) = parse_milliseconds(&parameter.value, parameter.unit.as_deref()) else {
        findings.add_missing(&Missing::not_specified(
            format!(
                "`{name}` of the target is `{}`, which is no time",
                parameter.value
            ),
            "look at it on the server",
        ));
        return Ok(None);
    };
    Ok(Some(EffectiveTimeout {
        object: Object::parameter(name),
        location: "on the target".to_owned(),
        display: display_value(&parameter.value, parameter.unit.as_deref()),
        milliseconds,
        fix: quote::set_parameter(&server.id, name, "0").temporary(),
    }))
}
