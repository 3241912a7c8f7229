//! A plan in which each migration has a different source: real servers, read concurrently.

use serde_json::Value;

use super::fleet_output::csv_rows;
use crate::support::fleet::{fleet_endpoint, subscription_id};
use crate::support::pg;
use crate::support::program::{ProgramOutput, run, run_with_arm};

fn find_migration<'a>(report: &'a Value, name: &str) -> &'a Value {
    let mut all = report["migrations"].as_array().unwrap().iter();
    all.find(|m| m["name"] == name).unwrap()
}

#[test]
fn two_sources_of_one_plan_are_read_concurrently() {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (pg::server(14), pg::server(17));
    let (shop, orders) = (old.create_database("shop"), new.create_database("orders"));
    old.run(&shop, "CREATE UNLOGGED TABLE basket (id int PRIMARY KEY)");
    new.run(&orders, "CREATE TABLE orders (id int PRIMARY KEY)");
    let arm = fleet_endpoint(1, 3, 1000);
    let id = subscription_id(0);
    let table = |name: &str, source: &str, database: &str, target: &str| {
        format!(
            "[[migration]]\nname = \"{name}\"\nsource = \"{source}\"\nsource_kind = \"on-premises\"\nmode = \"online\"\n\
             databases = [\"{database}\"]\ntarget = \"{id}/rg-orders-prod/{target}\"\n"
        )
    };
    let nobody = "host=127.0.0.1 port=1 user=u dbname=d";
    let text = [
        table(
            "shop",
            &old.conninfo(&shop).replace('\'', ""),
            &shop,
            "pg-0-0001",
        ),
        table(
            "orders",
            &new.conninfo(&orders).replace('\'', ""),
            &orders,
            "pg-0-0002",
        ),
        table("gone", nobody, "d", "pg-0-0000"),
    ];
    let plan = folder.path().join("flexready.toml");
    std::fs::write(&plan, text.concat()).unwrap();
    let (plan, recording) = (plan.to_str().unwrap(), folder.path().join("fleet"));
    let recording = recording.to_str().unwrap();
    let first = [
        "audit", "--plan", plan, "--record", recording, "--format", "json",
    ];
    let live = run_with_arm(&arm, &first, &[]);
    let report = live.json();
    for (name, database, version) in [("shop", &shop, "14"), ("orders", &orders, "17")] {
        let of = find_migration(&report, name);
        assert_eq!(
            of["databases"],
            serde_json::json!([database]),
            "{}",
            live.stderr
        );
        assert!(
            of["source"]["version"]
                .as_str()
                .unwrap()
                .starts_with(version),
            "{of}"
        );
        assert_eq!(of["scope"], "pair");
        assert!(of["reads"]["sql_queries"].as_u64().unwrap() > 10);
    }
    let again: ProgramOutput = run(
        &[
            "audit", "--from", recording, "--format", "json", "--plan", plan,
        ],
        &[],
    );
    assert_eq!(again.stdout, live.stdout);
    assert_csv_matches_report(recording, plan, &report);
    assert_plain_report_names_unread_source(recording);
}

/// The CSV rows are the findings and the unknown checks of the report, each exactly once.
fn assert_csv_matches_report(recording: &str, plan: &str, report: &Value) {
    let ran = run(
        &[
            "audit", "--from", recording, "--plan", plan, "--format", "csv",
        ],
        &[],
    );
    let rows = csv_rows(&ran.stdout);
    let mut expected = Vec::new();
    for migration in report["migrations"].as_array().unwrap() {
        for check in migration["checks"].as_array().unwrap() {
            let key = |status: &str| {
                (
                    migration["name"].to_string(),
                    check["id"].to_string(),
                    status.to_owned(),
                )
            };
            let findings = check["findings"].as_array().unwrap().len();
            expected.extend((0..findings).map(|_| key("fail")));
            let is_open = !check["missing"].as_array().unwrap().is_empty();
            expected.extend(is_open.then(|| key("unknown")));
        }
    }
    let key = |text: &str| format!("\"{text}\"");
    let mut found: Vec<_> = rows
        .iter()
        .map(|r| (key(&r["migration"]), key(&r["check"]), r["status"].clone()))
        .collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
    let row = rows
        .iter()
        .find(|r| r["migration"] == "shop" && r["check"].contains("unlogged"));
    let row = row.expect("the unlogged table is found");
    assert!(row["object"].ends_with("public.basket"), "{row:?}");
    assert!(row["target"].ends_with("/pg-0-0001") && row["source"].starts_with("127.0.0.1:"));
    assert!(!row["message"].is_empty() && row["link"].starts_with("https://"));
}

/// The most frequent finding is printed first, then the most frequent reason for unknown checks.
fn assert_plain_report_names_unread_source(recording: &str) {
    let page = run(&["audit", "--from", recording], &[]).stdout;
    let mut lines = page.lines().skip_while(|l| !l.contains("  gone "));
    let (found, open) = (lines.nth(1).unwrap(), lines.next().unwrap());
    assert!(
        found
            .trim()
            .starts_with("High availability is on in the target"),
        "{page}"
    );
    assert!(
        open.contains(" not answered: ") && open.contains("refused"),
        "{page}"
    );
}
