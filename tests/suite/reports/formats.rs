//! Every format of every recording, parsed the way its consumers do.

use std::path::Path;
use std::process::Command;

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;

use super::{check_recording, run_ado_check, shared_folder, write_plan};
use crate::support::program::run;
use crate::support::recordings::fixtures_dir;

pub const RECORDINGS: [&str; 4] = ["ready", "blocked", "cross-version", "no-database-access"];

/// Environment variables that an Azure Pipelines agent sets for a step.
pub const PIPELINE_ENV: [(&str, &str); 10] = [
    ("TF_BUILD", "True"),
    ("SYSTEM_COLLECTIONURI", "https://dev.azure.com/fabrikam/"),
    (
        "SYSTEM_TEAMPROJECTID",
        "11111111-2222-3333-4444-555555555555",
    ),
    ("BUILD_DEFINITIONID", "42"),
    ("BUILD_DEFINITIONNAME", "gate"),
    ("SYSTEM_PHASEID", "96ac2280-8cb4-5df5-99de-dd2da759617d"),
    ("SYSTEM_PHASENAME", "audit"),
    ("BUILD_SOURCEBRANCH", "refs/heads/main"),
    ("BUILD_BUILDID", "9001"),
    ("BUILD_SOURCESDIRECTORY", "/nowhere"),
];

/// Waives one finding of `blocked`, and one that does not exist.
pub const WAIVER_PLAN: &str = "[[migration]]\nname = \"shop\"\n\n[severity]\ntarget-restart-pending = \"warning\"\n\n\
    [[waiver]]\ncheck = \"extension-not-supported\"\nobject = \"extension/*/file_fdw\"\nreason = \"dropped at cutover\"\n\
    owner = \"dba\"\nticket = \"OPS-12\"\nuntil = 2999-12-31\n\n\
    [[waiver]]\ncheck = \"storage-too-small\"\nreason = \"grows tomorrow\"\nowner = \"dba\"\nuntil = 2020-01-31\n";

fn assert_matches_xsd(shared: &Path, file: &str) {
    let xsd = shared.join("schemas/junit-windyroad.xsd");
    let done = Command::new("xmllint")
        .args(["--noout", "--schema"])
        .arg(xsd)
        .arg(file)
        .output()
        .expect("xmllint is there: tests/run.sh gets it");
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
}

fn assert_matches_sarif_schema(shared: &Path, file: &str) {
    let schema = std::fs::read(shared.join("schemas/sarif-schema-2.1.0.json")).unwrap();
    let schema: Value = serde_json::from_slice(&schema).unwrap();
    let log: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let wrong: Vec<String> = validator.iter_errors(&log).map(|e| e.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn azure_devops_accepts_every_recording() {
    let Some(shared) = shared_folder() else {
        return;
    };
    let (_kept, path) = write_plan(WAIVER_PLAN);
    for story in RECORDINGS {
        for policy in [
            &[][..],
            &["--fail-on", "warning"],
            &["--fail-on", "never"],
            &["--strict"],
        ] {
            let out = tempfile::tempdir().unwrap();
            let out = out.path().to_str().unwrap();
            let args = [&["--plan", &path, "--out", out], policy].concat();
            let ran = check_recording(story, &args, &PIPELINE_ENV);
            let log = format!("{out}/log.txt");
            std::fs::write(&log, format!("{}{}", ran.stdout, ran.stderr)).unwrap();
            let name = super::report_of_recording(story, &[]).migrations[0]
                .name
                .clone();
            let junit = format!("{out}/TEST-flexready-{name}.xml");
            let sarif = format!("{out}/sarif/flexready.sarif");
            let code = ran.code.to_string();
            run_ado_check(
                &shared,
                &["--log", &log, "--exit-code", &code, "--check-files"],
            );
            run_ado_check(
                &shared,
                &["--junit", &junit, "--sarif", &sarif, "--in-pipeline"],
            );
            assert_matches_xsd(&shared, &junit);
            assert_matches_sarif_schema(&shared, &sarif);
        }
    }
}

/// Returns the elements of a document with their attributes.
fn xml_elements(xml: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut reader = Reader::from_str(xml);
    let mut found = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => return found,
            Event::Start(e) | Event::Empty(e) => {
                let attributes = e.attributes().map(|a| {
                    let a = a.unwrap();
                    let value = quick_xml::escape::unescape(&a.value).unwrap().into_owned();
                    (a.key.as_ref().to_owned(), value)
                });
                let attributes = attributes.collect();
                found.push((e.name().as_ref().to_owned(), attributes));
            }
            _ => {}
        }
    }
}

#[test]
fn each_check_is_one_test_case_with_a_stable_name() {
    let names = |args: &[&str]| -> Vec<String> {
        let ran = check_recording("blocked", &[&["--format", "junit"], args].concat(), &[]);
        let cases = xml_elements(&ran.stdout);
        let cases = cases.into_iter().filter(|(name, _)| name == "testcase");
        cases.map(|(_, with)| with[0].1.clone()).collect()
    };
    let usual = names(&[]);
    let (_kept, path) = write_plan(WAIVER_PLAN);
    assert_eq!(
        usual,
        names(&["--plan", &path, "--strict", "--fail-on", "warning"])
    );
    let mut once = usual.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), usual.len(), "no name twice");
    let judged = &super::report_of_recording("blocked", &[]).migrations[0].summary;
    assert_eq!(usual.len(), judged.pass + judged.fail + judged.unknown);
}

#[test]
fn a_missing_answer_is_a_test_error_only_if_it_fails_the_run() {
    let outcomes = |args: &[&str]| -> (usize, usize) {
        let args = [&["--format", "junit"], args].concat();
        let xml = xml_elements(&check_recording("no-database-access", &args, &[]).stdout);
        let count = |name: &str| xml.iter().filter(|(n, _)| n == name).count();
        (count("error"), count("failure"))
    };
    let report = super::report_of_recording("no-database-access", &[]);
    let checks = &report.migrations[0].checks;
    let failing = |c: &flexready::report::CheckReport| {
        c.findings
            .iter()
            .any(|f| f.severity == flexready::checks::Severity::Blocker)
    };
    let gating = checks
        .iter()
        .filter(|c| c.unknown_as == Some(flexready::checks::Severity::Blocker) && !failing(c))
        .count();
    assert!(gating > 0, "the story has unknown blockers");
    assert_eq!(outcomes(&[]).0, gating);
    assert!(outcomes(&["--strict", "--fail-on", "warning"]).0 > gating);
}

#[test]
fn running_in_a_pipeline_only_changes_the_default_format() {
    for story in RECORDINGS {
        let plain = check_recording(story, &["--format", "json"], &[]);
        let piped = check_recording(story, &["--format", "json"], &PIPELINE_ENV);
        assert_eq!(plain.stdout, piped.stdout);
        let by_itself = check_recording(story, &[], &PIPELINE_ENV);
        let asked = check_recording(story, &["--format", "azure-pipelines"], &[]);
        assert_eq!(by_itself.stdout, asked.stdout);
        assert_eq!((plain.code, piped.code), (by_itself.code, asked.code));
    }
}

#[test]
fn a_run_that_cannot_start_is_an_error_of_the_step() {
    let ran = run(
        &["check", "--from", "/nonexistent/##vso[task.complete]x"],
        &PIPELINE_ENV,
    );
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    let commands: Vec<&str> = ran
        .stderr
        .lines()
        .filter(|l| l.contains("##vso["))
        .collect();
    assert_eq!(commands.len(), 1, "{}", ran.stderr);
    assert!(commands[0].starts_with("##vso[task.logissue type=error]flexready could not run: "));
    let usage = run(
        &["check", "--fail-on", "##vso[task.complete]"],
        &PIPELINE_ENV,
    );
    let commands: Vec<&str> = usage
        .stderr
        .lines()
        .filter(|l| l.contains("##vso["))
        .collect();
    assert_eq!((usage.code, commands.len()), (2, 1), "{}", usage.stderr);
    assert!(commands[0].starts_with("##vso[task.logissue type=error]"));
}

#[test]
fn an_issue_contains_a_command_instead_of_a_comment() {
    let mut report = super::report_of_recording("blocked", &[]);
    let migration = &mut report.migrations[0];
    let first = migration.checks.iter_mut().find(|c| c.count > 0).unwrap();
    let id = first.id.clone();
    let fix = [
        "-- in psql, in database \"shop\":",
        "GRANT SELECT ON a TO b;",
    ];
    first.findings[0].fix = fix.map(str::to_owned).to_vec();
    let text = flexready::report::formats::azure_pipelines::azure_pipelines(&report, None);
    let code = format!("code={id}]");
    let issue = text.lines().find(|l| l.contains(&code)).unwrap();
    assert!(
        issue.ends_with("%0ADo: GRANT SELECT ON a TO b%3B"),
        "{issue}"
    );
}

#[test]
fn ndjson_has_one_line_per_migration_and_csv_one_row_per_finding() {
    let report = super::report_of_recording("blocked", &[]);
    let lines = check_recording("blocked", &["--format", "ndjson"], &[]).stdout;
    let lines: Vec<Value> = lines
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    assert_eq!(lines.len(), report.migrations.len());
    assert_eq!(lines[0]["recorded_at"], report.recorded_at.as_str());
    assert_eq!(lines[0]["verdict"], "not_ready");
    let table = check_recording("blocked", &["--format", "csv"], &[]).stdout;
    let mut rows = csv::Reader::from_reader(table.as_bytes());
    let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
    let checks = &report.migrations[0].checks;
    let unknown = checks.iter().filter(|c| c.unknown_as.is_some()).count();
    let findings: usize = checks.iter().map(|c| c.findings.len()).sum();
    assert_eq!(rows.len(), findings + unknown);
    assert_eq!(&rows[0][6], "blocker", "worst first");
}

#[test]
fn every_format_counts_missing_answers_the_same_way() {
    let report = super::report_of_recording("objects-17", &[]);
    let summary = &report.migrations[0].summary;
    let checks = || report.migrations[0].checks.iter();
    let open = checks().filter(|c| !c.missing.is_empty()).count();
    assert_eq!(summary.unknown + summary.unknown_in_part, open);
    assert!(summary.unknown > 1 && summary.unknown_in_part > 0);
    let words = format!(
        "{} checks not answered, {} in part",
        summary.unknown, summary.unknown_in_part
    );
    for format in ["plain", "markdown", "html"] {
        let text = check_recording("objects-17", &["--format", format], &[]).stdout;
        assert!(text.contains(&words), "{format}: {text}");
    }
    let piped = check_recording("objects-17", &["--format", "azure-pipelines"], &[]).stdout;
    for (name, count) in [
        ("Unknown", summary.unknown),
        ("UnknownInPart", summary.unknown_in_part),
    ] {
        let variable = format!("variable=flexready{name};isOutput=true]{count}\n");
        assert!(piped.contains(&variable), "{variable} is not in {piped}");
    }
}

#[test]
fn one_reason_for_several_databases_appears_once() {
    let mut report = serde_json::to_value(super::report_of_recording("blocked", &[])).unwrap();
    let checks = report["migrations"][0]["checks"].as_array_mut().unwrap();
    let check = checks
        .iter_mut()
        .find(|c| c["id"] == "collation-missing")
        .unwrap();
    let missing = |name: &str| {
        serde_json::json!({
            "question": null, "grant": null, "remedy": format!("look into database `{name}`"),
            "reason": format!("the locale of database `{name}` is not known"),
        })
    };
    check["missing"] = ["a", "b", "closed"].map(missing).to_vec().into();
    (check["status"], check["unknown_as"]) = ("unknown".into(), "warning".into());
    let report = serde_json::from_value(report).unwrap();
    let layout = flexready::report::formats::plain::PlainLayout { width: 160 };
    let text = flexready::report::formats::plain::plain(&report, layout);
    for words in [
        "the locale of databases `a`, `b`, `closed` is not known\n",
        "look into databases `a`, `b`, `closed`\n",
    ] {
        assert_eq!(text.matches(words).count(), 1, "{text}");
    }
    assert_eq!(text.matches("the locale of").count(), 1, "{text}");
}

#[test]
fn sarif_results_point_to_the_plan_in_the_repository() {
    let at = fixtures_dir().join("recordings");
    let ran = run(
        &[
            "check",
            "--from",
            "blocked",
            "--format",
            "sarif",
            "--plan",
            "../my plan#1.toml",
        ],
        &[],
    );
    assert_eq!(
        ran.code,
        2,
        "there is no such plan, and none is made up: {}",
        at.display()
    );
    let (_kept, path) = write_plan(WAIVER_PLAN);
    let log = check_recording("blocked", &["--plan", &path, "--format", "sarif"], &[]).json();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let place = &results[0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "flexready.toml");
    assert_eq!(place["region"]["startLine"], 1);
    let waived: Vec<&Value> = results
        .iter()
        .filter(|r| !r["suppressions"].is_null())
        .collect();
    assert_eq!(waived.len(), 1);
    let suppression = &waived[0]["suppressions"][0];
    assert_eq!(
        suppression["location"]["physicalLocation"]["region"]["startLine"],
        8
    );
    let said = suppression["justification"].as_str().unwrap();
    assert_eq!(
        said,
        "waived until 2999-12-31 by dba (OPS-12): dropped at cutover"
    );
}
