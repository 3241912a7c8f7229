//! The coverage of the official rules, as the program prints it and as the shared tables list it.

use std::collections::BTreeSet;

use flexready::reference::{assessment_rules, service_errors};
use serde_json::Value;

use crate::support::program::run;

#[test]
fn the_program_prints_every_rule_with_its_checks() {
    let plain = run(&["checks", "--official"], &[]).stdout;
    assert!(plain.contains("603407"), "{plain}");
    assert!(plain.contains("extension-in-system-schema"), "{plain}");

    let json = run(&["checks", "--official", "--format", "json"], &[]).stdout;
    let rules: Vec<Value> = serde_json::from_str(&json).unwrap();
    let of = |kind: &str| rules.iter().filter(|r| r["kind"] == kind).count();
    assert_eq!(of("service_error"), service_errors::ALL.len());
    assert_eq!(of("azure_migrate"), assessment_rules::ALL.len());
    let replicas = rules.iter().find(|r| r["rule"] == "replicas").unwrap();
    assert_eq!(
        replicas["checks"],
        serde_json::json!(["replicas-over-limit"])
    );
}

#[test]
fn the_rule_lists_match_the_shared_tables() {
    let Some(place) = std::env::var_os("FLEXREADY_SHARED") else {
        // Without the tables, only the length of the lists can be verified.
        assert_eq!(
            (service_errors::ALL.len(), assessment_rules::ALL.len()),
            (42, 19)
        );
        return;
    };
    let column = |file: &str, number: usize| -> BTreeSet<String> {
        let path = std::path::Path::new(&place).join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        let cells = text
            .lines()
            .skip(2)
            .filter_map(|line| line.split('\t').nth(number));
        cells.map(str::to_owned).collect()
    };
    let codes: BTreeSet<String> = service_errors::ALL
        .iter()
        .map(|e| e.code.to_string())
        .collect();
    assert_eq!(codes, column("tables/service-error-codes.tsv", 0));
    let rules: BTreeSet<String> = assessment_rules::ALL
        .iter()
        .map(|r| r.key.to_owned())
        .collect();
    assert_eq!(rules, column("tables/assessment-rules.tsv", 4));
}
