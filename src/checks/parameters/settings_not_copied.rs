//! Checks for parameters set for a role or a database, which a database dump does not contain. Since 0.1.0.
//! `pg_dump` writes `ALTER DATABASE … SET` only with `--create`, and never writes `ALTER ROLE … SET`:
//! <https://www.postgresql.org/docs/current/app-pgdump.html>

use std::collections::BTreeMap;

use crate::checks::{
    Check, CheckResult, Finding, Findings, FixStep, Inconclusive, Needs, Object, Severity,
};
use crate::commands::quote;
use crate::facts::Facts;
use crate::facts::source::privileges::{RoleSetting, SettingScope};
use crate::reference::providers;

pub const CHECK: Check = Check {
    id: "settings-not-copied",
    title: "Parameters of a role or a database stay behind",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Pair,
    mode: None,
    official: &[],
    why: "What `ALTER ROLE … SET` and `ALTER DATABASE … SET` have set is no part of a database's dump: on the target the \
          sessions of the application get the server's values, for instance another `search_path`.",
    fix: "Set them on the target once the databases and roles are there; what only a superuser may set, ask for as a \
          parameter of the server.",
    verify: "SELECT setdatabase, setrole::regrole, setconfig FROM pg_db_role_setting",
    link: "https://www.postgresql.org/docs/current/catalog-pg-db-role-setting.html",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let settings = facts.privileges.as_ref()?.role_settings.as_ref()?;
    let databases = facts.databases.as_ref()?;
    let mut findings = Findings::none();
    let selected = findings.selected_databases(databases);
    let selected: Vec<&str> = selected.iter().map(|d| d.name.as_str()).collect();
    settings
        .missing_rows()
        .into_iter()
        .for_each(|m| findings.add_missing(m));
    let mut scopes: BTreeMap<SettingScope, Vec<&RoleSetting>> = BTreeMap::new();
    for setting in settings
        .iter()
        .filter(|s| is_migrated(facts, s.scope(), &selected))
    {
        scopes.entry(setting.scope()).or_default().push(setting);
    }
    for (scope, all) in scopes {
        let finding = finding(facts, &mut findings, scope, &all, &selected)?;
        findings.push(finding);
    }
    Ok(findings)
}

/// Returns whether the scope is a selected database and a user-created role.
fn is_migrated(facts: &Facts, scope: SettingScope, selected: &[&str]) -> bool {
    if scope.database().is_some_and(|d| !selected.contains(&d)) {
        return false;
    }
    let Some(name) = scope.role() else {
        return true;
    };
    let role = facts
        .privileges
        .as_ref()
        .ok()
        .and_then(|a| a.roles.as_ref().ok()?.find(name));
    let is_providers = facts
        .source_kind()
        .is_ok_and(|kind| providers::is_built_in_role(kind, name));
    !is_providers
        && !providers::is_provider_superuser(name)
        && !role.is_some_and(|r| r.is_initial())
}

fn finding(
    facts: &Facts,
    findings: &mut Findings,
    scope: SettingScope,
    all: &[&RoleSetting],
    selected: &[&str],
) -> Result<Finding, Inconclusive> {
    let (object, whose) = match scope {
        SettingScope::AllRoles => (Object::Server, "`ALTER ROLE ALL` has set".to_owned()),
        SettingScope::Database(database) => (
            Object::for_database(database),
            format!("database `{database}` has"),
        ),
        SettingScope::Role(role) => (Object::role(role), format!("role `{role}` has")),
        SettingScope::RoleInDatabase { role, database } => (
            Object::in_database(database, "role", role),
            format!("role `{role}` has in `{database}`"),
        ),
    };
    let names: Vec<String> = all.iter().map(|s| format!("`{}`", s.name)).collect();
    let message = format!("{whose} {}, which stays behind", names.join(", "));
    let mut finding = Finding::new(object, message);
    for setting in all {
        let shown = setting
            .value
            .as_deref()
            .unwrap_or("(not read: it may be a secret)");
        finding = match why_not_settable(facts, findings, &setting.name)? {
            Some(why) => finding.with_evidence(&setting.name, format!("{shown}; {why}")),
            None => {
                let found = finding.with_evidence(&setting.name, shown);
                set_steps(scope, setting, selected)
                    .into_iter()
                    .fold(found, |f, s| f.with_fix(s))
            }
        };
    }
    Ok(finding)
}

/// Returns why the administrator of the target cannot set the parameter, or `None` if it can be set.
fn why_not_settable(
    facts: &Facts,
    findings: &mut Findings,
    name: &str,
) -> Result<Option<&'static str>, Inconclusive> {
    // `role` is not in any parameter list, but it can be set.
    let is_listed = !name.contains('.') && name != "role";
    if let Some(configurations) = findings.require(&facts.target_parameters)
        && is_listed
        && configurations.find(name)?.is_none()
    {
        return Ok(Some("the target has no such parameter"));
    }
    let context = findings
        .require(&facts.source_parameters)
        .and_then(|s| s.find(name))
        .map(|s| s.context.as_str());
    Ok(matches!(context, Some("superuser" | "superuser-backend"))
        .then_some("only a superuser may set it"))
}

/// Returns the steps that set the parameter on the target. A hidden value is a placeholder.
fn set_steps(scope: SettingScope, setting: &RoleSetting, selected: &[&str]) -> Vec<FixStep> {
    let name = quote::quote_identifier;
    let subjects = match scope {
        SettingScope::AllRoles => selected
            .iter()
            .map(|d| format!("DATABASE {}", name(d)))
            .collect(),
        SettingScope::Database(database) => vec![format!("DATABASE {}", name(database))],
        SettingScope::Role(role) => vec![format!("ROLE {}", name(role))],
        SettingScope::RoleInDatabase { role, database } => {
            vec![format!(
                "ROLE {} IN DATABASE {}",
                name(role),
                name(database)
            )]
        }
    };
    let value = match &setting.value {
        Some(value) => sql_constants(&setting.name, value),
        None => "<value>".to_owned(),
    };
    let parameter: Vec<String> = setting
        .name
        .split('.')
        .map(quote::quote_identifier)
        .collect();
    let parameter = parameter.join(".");
    subjects
        .into_iter()
        .map(|subject: String| {
            let statement = format!("ALTER {subject} SET {parameter} TO {value}");
            let step = FixStep::sql(statement).on_target().afterwards();
            match &setting.value {
                Some(_) => step,
                None => step.to_complete(),
            }
        })
        .collect()
}

/// Parameters that are lists of quoted names. A single constant would be read as a single name.
const NAME_LIST_PARAMETERS: &[&str] = &[
    "local_preload_libraries",
    "search_path",
    "session_preload_libraries",
    "temp_tablespaces",
];

fn sql_constants(name: &str, value: &str) -> String {
    if !NAME_LIST_PARAMETERS.contains(&name.to_lowercase().as_str()) {
        return quote::quote_literal(value);
    }
    let names: Vec<String> = split_names(value)
        .iter()
        .map(|n| quote::quote_literal(n))
        .collect();
    if names.is_empty() {
        return "''".to_owned();
    }
    names.join(", ")
}

/// Splits a comma-separated list of names, each of which can be in double quotes.
fn split_names(list: &str) -> Vec<String> {
    let (mut all, mut name, mut in_quotes) = (Vec::new(), String::new(), false);
    let mut chars = list.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if in_quotes && chars.peek() == Some(&'"') => {
                name.push('"');
                chars.next();
            }
            '"' => in_quotes = !in_quotes,
            ',' if !in_quotes => all.push(std::mem::take(&mut name)),
            c if c.is_whitespace() && !in_quotes => {}
            c => name.push(c),
        }
    }
    all.push(name);
    all.retain(|n| !n.is_empty());
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_of_a_list_is_quoted_separately() {
        let path = r#""$user", app, "O""Brien, Inc", public"#;
        assert_eq!(
            sql_constants("search_path", path),
            r#"'$user', 'app', 'O"Brien, Inc', 'public'"#
        );
        assert_eq!(sql_constants("search_path", "\"\""), "''");
        assert_eq!(sql_constants("DateStyle", "ISO, DMY"), "'ISO, DMY'");
    }
}
