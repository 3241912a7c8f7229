//! Tests invariants of the list of checks.

use std::collections::BTreeSet;
use std::path::Path;

use super::*;

#[test]
fn ids_are_unique_kebab_case_and_short() {
    let mut seen = BTreeSet::new();
    for check in all() {
        assert!(seen.insert(check.id), "{} stands twice", check.id);
        assert!(
            check.id.len() <= 32,
            "{} is longer than 32 characters",
            check.id
        );
        assert!(
            check.id.split('-').all(|w| !w.is_empty()
                && w.chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())),
            "{} is not kebab-case",
            check.id
        );
    }
}

#[test]
fn every_check_has_well_formed_texts() {
    for check in all() {
        let id = check.id;
        assert!(
            !check.title.ends_with('.') && check.title.starts_with(char::is_uppercase),
            "{id}: title"
        );
        for (name, text) in [("why", check.why), ("fix", check.fix)] {
            assert!(
                text.ends_with('.') && text.len() > 20,
                "{id}: {name} is whole sentences"
            );
            assert_eq!(
                text.matches('`').count() % 2,
                0,
                "{id}: {name} has an odd backtick"
            );
        }
        assert!(
            !check.verify.is_empty() && !check.verify.ends_with(';'),
            "{id}: look"
        );
        assert!(check.link.starts_with("https://"), "{id}: link");
        assert!(
            check.unknown <= check.severity,
            "{id}: unknown weighs more than the check"
        );
    }
}

#[test]
fn every_area_lists_the_checks_in_its_folder() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/checks");
    for (area, checks) in AREAS {
        let shared: BTreeSet<String> = std::fs::read_dir(root.join(area))
            .expect("every area is a folder")
            .map(|e| e.expect("a readable folder").path())
            .filter(|p| {
                std::fs::read_to_string(p)
                    .expect("a readable file")
                    .contains("pub const CHECK: Check")
            })
            .map(|p| {
                p.file_stem()
                    .expect("a file")
                    .to_string_lossy()
                    .replace('_', "-")
            })
            .collect();
        let listed: BTreeSet<String> = checks.iter().map(|c| c.id.to_owned()).collect();
        assert_eq!(shared, listed, "the files of {area} and its list");
    }
}

#[test]
fn owned_parameters_name_an_existing_check() {
    for (parameter, owner) in crate::reference::parameter_semantics::COVERED_BY_CHECK {
        assert!(
            find(owner).is_some(),
            "{parameter} is left to {owner}, which is no check"
        );
    }
}

#[test]
fn official_rules_exist_in_the_reference_tables() {
    use crate::reference::{assessment_rules, prerequisites, service_errors};
    for check in all() {
        for rule in check.official {
            let is_known = match rule {
                OfficialRule::ServiceError(code) => service_errors::find(*code).is_some(),
                OfficialRule::AzureMigrate(key) => assessment_rules::find(key).is_some(),
                OfficialRule::Prerequisite(name) => prerequisites::find(name).is_some(),
            };
            assert!(is_known, "{}: there is no {rule}", check.id);
        }
    }
}
