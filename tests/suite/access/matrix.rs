//! Runs the checks as a superuser, the owner, a member of `pg_monitor` and a role without privileges, on four major
//! versions.

use std::thread;

use super::{MAJORS, check_database, finding_objects, seeded_server, statuses};
use crate::support::pg::PgServer;
use crate::support::program;

/// The expected status of each check for the superuser, the owner, a member of `pg_monitor`, and a role without
/// privileges.
/// The first entries are all checks of the areas access, parameters, network and replication that read the source.
const EXPECTED_STATUSES: &[(&str, [&str; 4])] = &[
    ("settings-not-copied", ["fail"; 4]),
    ("local-ssd-temp-on", ["fail"; 4]),
    ("idle-timeout-cuts-copy", ["fail"; 4]),
    ("superuser-roles", ["fail"; 4]),
    (
        "superuser-owned-objects",
        ["fail", "fail", "fail", "unknown"],
    ),
    ("roles-move-by-hand", ["fail"; 4]),
    ("reserved-role-name", ["fail"; 4]),
    ("system-catalog-grants", ["fail", "fail", "fail", "unknown"]),
    ("source-user-not-owner", ["pass"; 4]),
    (
        "source-user-cannot-read",
        ["fail", "fail", "fail", "unknown"],
    ),
    (
        "row-security-stops-copy",
        ["fail", "fail", "fail", "unknown"],
    ),
    (
        "default-privileges-of-others",
        ["fail", "fail", "fail", "unknown"],
    ),
    ("source-database-missing", ["pass"; 4]),
    ("replication-right-missing", ["fail"; 4]),
    ("source-port-unusual", ["pass"; 4]),
    ("source-ipv6-only", ["pass"; 4]),
    ("source-tls-off", ["fail"; 4]),
    ("source-listens-locally", ["fail"; 4]),
    (
        "source-hba-rejects-target",
        ["fail", "unknown", "unknown", "unknown"],
    ),
    ("source-host-not-an-address", ["pass"; 4]),
    ("source-address-unroutable", ["pass"; 4]),
    ("source-behind-pooler", ["pass"; 4]),
    ("wal-level-not-logical", ["pass"; 4]),
    ("replication-slots-short", ["pass"; 4]),
    ("wal-senders-short", ["pass"; 4]),
    ("wal-sender-times-out", ["fail"; 4]),
    ("inactive-replication-slot", ["fail"; 4]),
    ("slot-wal-limited", ["pass"; 4]),
    ("decoding-plugin-missing", ["pass"; 4]),
    (
        "table-without-identity",
        ["fail", "fail", "fail", "unknown"],
    ),
    ("long-transaction", ["pass", "unknown", "pass", "unknown"]),
    ("sequences-need-resync", ["fail", "fail", "fail", "unknown"]),
    ("target-slots-short", ["fail"; 4]),
    // Checks of other areas that the privileges granted by the script answer.
    (
        "extension-not-supported",
        ["pass", "pass", "pass", "unknown"],
    ),
    ("storage-too-small", ["pass", "pass", "pass", "unknown"]),
    // Only a superuser can read this, so the script does not answer it.
    (
        "password-hashes-rejected",
        ["pass", "unknown", "unknown", "unknown"],
    ),
];

const AUDITOR_ROLES: [&str; 4] = ["postgres", "shop_owner", "watcher", "nothing"];

fn check_ids() -> Vec<&'static str> {
    EXPECTED_STATUSES.iter().map(|(id, _)| *id).collect()
}

fn expected_for_role(role_index: usize) -> Vec<&'static str> {
    EXPECTED_STATUSES
        .iter()
        .map(|(_, by)| by[role_index])
        .collect()
}

#[test]
fn each_role_answers_the_checks_that_its_privileges_allow() {
    thread::scope(|scope| {
        for major in MAJORS {
            scope.spawn(move || check_every_role(&seeded_server(major)));
        }
    });
}

fn check_every_role(server: &PgServer) {
    let major = server.major();
    server.run(
        "postgres",
        "SELECT pg_create_physical_replication_slot('standby_gone', true)",
    );
    let writer = server.open_session("shop");
    writer.run("BEGIN");
    for (at, role) in AUDITOR_ROLES.iter().enumerate() {
        let run = check_database(server, role, "shop");
        let found: Vec<_> = check_ids()
            .into_iter()
            .zip(statuses(&run, &check_ids()))
            .collect();
        let expected: Vec<_> = check_ids()
            .into_iter()
            .zip(expected_for_role(at).into_iter().map(str::to_owned))
            .collect();
        assert_eq!(found, expected, "{role} on {major}");
        if role != &"nothing" {
            assert_findings_name_objects(&run, &format!("{role} on {major}"));
        }
    }
    assert_healthy_database_passes(server);
    assert_grants_answer_promised_checks(server);
}

fn assert_findings_name_objects(run: &flexready::CheckRun, context: &str) {
    let of = |id| finding_objects(run, id);
    assert_eq!(
        of("settings-not-copied"),
        [
            "database/shop",
            "role/app",
            "role/dba",
            "shop/role/shop_owner"
        ],
        "{context}"
    );
    assert_eq!(
        of("idle-timeout-cuts-copy"),
        ["database/shop", "shop/role/shop_owner"],
        "{context}"
    );
    assert_eq!(
        of("superuser-roles"),
        ["role/dba", "role/reader"],
        "{context}"
    );
    assert_eq!(
        of("superuser-owned-objects"),
        ["shop/owner/postgres"],
        "{context}"
    );
    assert_eq!(of("reserved-role-name"), ["role/replication"], "{context}");
    assert_eq!(
        of("system-catalog-grants"),
        [
            "shop/catalog/pg_catalog.pg_authid",
            "shop/catalog/pg_catalog.pg_statistic.stadistinct",
            "shop/catalog/pg_catalog.pg_user_mapping",
            "shop/catalog/pg_catalog.pg_ls_dir(text)",
        ],
        "{context}"
    );
    assert_eq!(
        of("source-user-cannot-read"),
        [
            "extension/shop/hstore",
            "shop/large-objects/other",
            "shop/schema/private",
            "shop/schema/public"
        ],
        "{context}"
    );
    assert_eq!(
        of("row-security-stops-copy"),
        ["shop/table/public.forced", "shop/table/public.tenants"],
        "{context}"
    );
    assert_eq!(
        of("default-privileges-of-others"),
        [
            "shop/default-privileges/dba",
            "shop/default-privileges/other"
        ],
        "{context}"
    );
    let report = crate::support::report_json(&run.report);
    assert!(
        !report.contains("canary-3f9c"),
        "the value of an application's parameter shows"
    );
    assert!(
        report.contains("2 relations") || report.contains("3 relations"),
        "{report}"
    );
}

/// Extensions, their schemas and the grants made by initdb are not findings.
fn assert_healthy_database_passes(server: &PgServer) {
    let run = check_database(server, "postgres", "healthy");
    let per_database = [
        "superuser-owned-objects",
        "system-catalog-grants",
        "source-user-cannot-read",
        "row-security-stops-copy",
        "default-privileges-of-others",
        "idle-timeout-cuts-copy",
    ];
    let expected = ["pass"; 6];
    assert_eq!(
        statuses(&run, &per_database),
        expected,
        "on {}",
        server.major()
    );
}

/// The script of `flexready grants`, run as superuser, gives role `nothing` the same answers as role `watcher`.
fn assert_grants_answer_promised_checks(server: &PgServer) {
    let before = check_database(server, "nothing", "shop");
    let plain = flexready::report::formats::plain::plain(
        &before.report,
        flexready::report::formats::plain::PlainLayout { width: 200 },
    );
    assert!(
        plain.contains("GRANT CONNECT ON DATABASE \"shop\" TO \"nothing\";"),
        "{plain}"
    );
    let promised: usize = number_between(&plain, "grant these, and ", " checks more will answer");
    let answerable = checks_answered_by_grants(&before);
    assert_eq!(answerable.len(), promised, "on {}", server.major());

    let script = program::run(&["grants", "--role", "nothing", "--only", "source"], &[]);
    assert_eq!(script.code, 0, "{}", script.stderr);
    for query in script.stdout.split("\\gexec") {
        let lines: Vec<&str> = query.lines().filter(|l| !l.starts_with("--")).collect();
        let query = lines.join("\n");
        if !query.trim().is_empty() {
            for row in server.query("postgres", &query) {
                server.run("postgres", row[0].as_ref().unwrap());
            }
        }
    }
    let after = check_database(server, "nothing", "shop");
    let found: Vec<_> = check_ids()
        .into_iter()
        .zip(statuses(&after, &check_ids()))
        .collect();
    let expected: Vec<_> = check_ids()
        .into_iter()
        .zip(expected_for_role(2).into_iter().map(str::to_owned))
        .collect();
    assert_eq!(found, expected, "after the script on {}", server.major());
    let checks = &after.report.migrations[0].checks;
    for id in answerable {
        let check = checks.iter().find(|c| c.id == id).unwrap();
        assert_eq!(check.missing, [], "{id} was promised on {}", server.major());
    }
    assert_optional_statements_answer_hba_check(server, &script.stdout);
}

/// The statements that the script only lists as comments answer `source-hba-rejects-target`.
fn assert_optional_statements_answer_hba_check(server: &PgServer, script: &str) {
    let statements = script.lines().filter_map(|l| l.strip_prefix("--   "));
    for statement in statements {
        server.run("postgres", statement);
    }
    let after = check_database(server, "nothing", "shop");
    let hba = statuses(&after, &["source-hba-rejects-target"]);
    assert_eq!(hba, ["fail"], "on {}", server.major());
}

/// The checks whose missing facts can all be answered by the script.
fn checks_answered_by_grants(run: &flexready::CheckRun) -> Vec<String> {
    let checks = run.report.migrations[0].checks.iter();
    let open = checks.filter(|c| !c.missing.is_empty());
    let promised = open.filter(|c| c.missing.iter().all(|m| m.grant.is_some()));
    promised.map(|c| c.id.clone()).collect()
}

fn number_between(text: &str, start: &str, end: &str) -> usize {
    let from = text
        .find(start)
        .unwrap_or_else(|| panic!("no `{start}` in {text}"))
        + start.len();
    let length = text[from..]
        .find(end)
        .unwrap_or_else(|| panic!("no `{end}` in {text}"));
    text[from..from + length].parse().unwrap()
}

/// The Azure custom role allows each action that a recorded question needs.
#[test]
fn the_azure_custom_role_allows_every_recorded_request() {
    use flexready::facts::arm_action;
    use std::collections::BTreeSet;
    let recorded = flexready::backend::recording::Recording::open(
        &crate::support::recordings::fixtures_dir().join("baseline"),
    );
    let recorded = recorded.unwrap();
    let asked: BTreeSet<String> = recorded
        .question_keys()
        .filter_map(|key| key.strip_prefix("arm:")?.split('?').next())
        .map(|path| arm_action(path).to_lowercase())
        .collect();
    let granted: BTreeSet<String> = flexready::fix::auditor_grants::REQUIRED_ACTIONS
        .iter()
        .map(|a| a.to_lowercase())
        .collect();
    let lacking: Vec<&String> = asked.difference(&granted).collect();
    assert!(
        lacking.is_empty(),
        "ACTIONS in src/remedy/grants.rs lacks {lacking:?}"
    );

    let target = format!("{}/rg/db-target", "11111111-2222-4333-8444-555555555555");
    let ran = program::run(
        &[
            "grants", "--role", "a", "--only", "target", "--target", &target,
        ],
        &[],
    );
    assert_eq!(
        ran.json()["AssignableScopes"][0],
        "/subscriptions/11111111-2222-4333-8444-555555555555"
    );
    let both = program::run(
        &["grants", "--role", "a", "--source-kind", "gcp-alloydb"],
        &[],
    );
    assert!(
        both.stdout.contains("alloydbsuperuser") && both.stdout.trim_end().ends_with("*/"),
        "{}",
        both.stdout
    );
}
