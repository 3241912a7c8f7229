//! Checks that the collations of source databases and columns exist on the target. Since 0.1.0.
//! The target creates each database and each column with the collation that it has on the source.
//! Windows locale names are always missing, because the service runs on Linux.

use super::per_database_checks::for_each_object_facts;
use super::target_collations;
use super::target_collations::{CollationPresence, TargetCollations};
use crate::checks::{Check, CheckResult, Finding, Findings, Needs, Object, OfficialRule, Severity};
use crate::commands::quote;
use crate::facts::source::objects::{Collation, DatabaseDefaults};
use crate::facts::{Facts, Missing};

pub const CHECK: Check = Check {
    id: "collation-missing",
    title: "A collation of the source may not be on the target",
    severity: Severity::Blocker,
    unknown: Severity::Warning,
    needs: Needs::Pair,
    mode: None,
    official: &[
        OfficialRule::ServiceError(603401),
        OfficialRule::ServiceError(603402),
        OfficialRule::AzureMigrate("collations"),
    ],
    why: "A database or column whose collation the target does not know cannot be created there.",
    fix: "Where the target lacks it, move the database or the column to a collation that it has before the migration; a database's own can only be given to a new one, into which it is dumped and restored.",
    verify: "SELECT collname, collprovider, collcollate FROM pg_collation ORDER BY collname",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/troubleshoot-error-codes",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let objects = facts.objects.as_ref()?;
    let target = TargetCollations::from_facts(facts);
    let mut findings = for_each_object_facts(facts, |findings, parts| {
        let Some(list) = findings.require(&parts.collations) else {
            return;
        };
        for collation in list.rows.iter().filter(|c| !c.is_user) {
            check_collation(findings, &parts.database, collation, &target);
        }
    })?;
    let databases = facts.databases.as_ref()?;
    for database in findings.selected_databases(databases) {
        match objects.database_defaults(&database.name) {
            Ok(defaults) => check_database_locale(&mut findings, defaults, &target),
            Err(missing) => findings.add_missing(&missing),
        }
    }
    Ok(findings)
}

fn check_collation(
    findings: &mut Findings,
    database: &str,
    collation: &Collation,
    target: &TargetCollations,
) {
    let name = &collation.name;
    match target.collation_presence(name) {
        CollationPresence::Present => {}
        CollationPresence::Absent(why) => {
            let first = collation.first_use.as_deref();
            let used = first.map(|first| format!(", which `{first}` uses,"));
            let message = format!(
                "`{name}`{} is not on the target: {why}",
                used.as_deref().unwrap_or("")
            );
            let object = Object::in_database(database, "collation", format!("{}.{name}", collation.schema));
            findings.push(Finding::new(object, message).with_evidence("uses", collation.uses));
        }
        CollationPresence::Unknown => findings.add_missing(&Missing::not_specified(
            format!("whether the target has the collation `{name}`, in use in database `{database}`, is not known"),
            target.advice(&format!("see there: SELECT FROM pg_collation WHERE collname = {}", quote::quote_literal(name))),
        ).with_database(database)),
    }
}

fn check_database_locale(
    findings: &mut Findings,
    defaults: &DatabaseDefaults,
    target: &TargetCollations,
) {
    let database = &defaults.name;
    let (collation, ctype) = (&defaults.collation, &defaults.ctype);
    // A database always has C library locale names too, whatever its locale provider is.
    let mut all = vec![(collation, "c", target.locale_presence(collation))];
    if ctype != collation {
        all.push((ctype, "c", target.locale_presence(ctype)));
    }
    if let Some(locale) = &defaults.locale {
        match defaults.provider.as_str() {
            "i" => all.push((locale, "i", CollationPresence::Unknown)),
            "b" => all.push((locale, "b", target.built_in_locale_presence(locale))),
            _ => {}
        }
    }
    for (name, provider, presence) in all {
        let provider = target_collations::provider_name(provider);
        match presence {
            CollationPresence::Present => {}
            CollationPresence::Absent(why) => findings.push(
                Finding::new(
                    Object::for_database(database),
                    format!("the locale `{name}` of `{database}` is not on the target: {why}"),
                )
                .with_evidence("provider", provider),
            ),
            CollationPresence::Unknown => findings.add_missing(&Missing::not_specified(
                format!(
                    "whether the target has the locale `{name}` ({provider}) of database `{database}` is not known"
                ),
                target.advice(&format!("make an empty database with it there, and drop that again: {}", probe_statement(provider, name, &defaults.encoding))),
            ).with_database(database)),
        }
    }
}

/// Returns a statement that creates an empty database with this locale.
/// The server rejects locales that it does not have.
fn probe_statement(provider: &str, locale: &str, encoding: &str) -> String {
    let locale = quote::quote_literal(locale);
    let how = match provider {
        "ICU" => format!("LOCALE_PROVIDER icu ICU_LOCALE {locale}"),
        _ => format!("LC_COLLATE {locale} LC_CTYPE {locale}"),
    };
    let encoding = quote::quote_literal(encoding);
    format!("CREATE DATABASE locale_probe TEMPLATE template0 ENCODING {encoding} {how}")
}
