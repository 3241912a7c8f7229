//! Secrets planted in every possible place of a real server and an HTTP endpoint. No output contains them.

use std::path::Path;

use serde_json::json;

use crate::check::{TARGET, healthy_arm_endpoint};
use crate::support::arm::ArmEndpoint;
use crate::support::pg::{PgServer, ServerOptions};
use crate::support::program::{FORMATS, ProgramOutput, TOKEN, read_files, run, run_with_arm};

/// Part of every planted secret, and of nothing that is not secret.
const CANARY: &str = "canary";
const PASSWORD: &str = "canary-Pa55-7be1";

/// A server with secrets in its catalogs: roles, functions, user mappings, subscriptions, parameters.
fn server_with_secrets() -> PgServer {
    let hba = "host all all 127.0.0.1/32 scram-sha-256\n";
    let server = PgServer::start_with_options(
        16,
        ServerOptions {
            hba: Some(hba),
            settings: &[
                ("primary_conninfo", "host=up user=r password=canary-up-1"),
                ("archive_command", "cp %p /x --password=canary-archive-2"),
                ("restore_command", "curl https://u:canary-restore-3@h/%f"),
            ],
            ..ServerOptions::default()
        },
    );
    server.run("postgres", "CREATE DATABASE shop");
    server.run("shop", &format!(
        "CREATE ROLE shop LOGIN PASSWORD 'canary-role-4';
         ALTER ROLE shop SET myapp.api_token TO 'canary-guc-5';
         ALTER DATABASE shop SET myapp.jwt_secret TO 'canary-guc-6';
         CREATE EXTENSION postgres_fdw;
         CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'far.example', dbname 'x');
         CREATE USER MAPPING FOR shop SERVER far OPTIONS (user 'u', password 'canary-fdw-7');
         CREATE TABLE t (id int PRIMARY KEY);
         CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT ''postgresql://u:canary-body-8@h/d''::text';
         CREATE SUBSCRIPTION nightly_prices CONNECTION 'host=up dbname=x user=r password=canary-sub-9' PUBLICATION p
           WITH (connect = false);
         ALTER ROLE postgres PASSWORD '{PASSWORD}'"
    ));
    server
}

/// The healthy endpoint with secrets in tags and free text.
fn endpoint_with_secrets() -> ArmEndpoint {
    let arm = healthy_arm_endpoint();
    let id = "/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/rg-orders-prod/providers/Microsoft.DBforPostgreSQL/flexibleServers/orders-target";
    let mut body = healthy_body();
    body["tags"] = json!({ "note": "canary-tag-10", "db-password": "canary-tag-11", "conn": "Server=h;Password=canary-tag-12" });
    body["properties"]["administratorLoginPassword"] = json!("canary-arm-13");
    body["properties"]["note"] = json!("https://a.blob.core.windows.net/c?sv=1&sig=canary-sas-14");
    arm.route(id, crate::support::arm::Reply::json(body));
    arm.route(
        &format!("{id}/migrations"),
        crate::support::arm::Reply::json(json!({ "value": [{ "name": "m", "id": format!("{id}/migrations/m"), "properties": {
            "secretParameters": { "adminCredentials": { "sourceServerPassword": "canary-arm-15" } },
            "currentStatus": { "state": "Failed", "error": "could not sign in: password=canary-arm-16" },
            "sourceDbServerResourceId": "h:5432@u"
        } }] })),
    );
    arm
}

fn healthy_body() -> serde_json::Value {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios/healthy/arm/server.json");
    let file: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    file["body"].clone()
}

fn assert_no_secret(what: &str, texts: &[(String, String)]) {
    for (place, text) in texts {
        for secret in [CANARY, TOKEN.split('.').nth(1).unwrap()] {
            let found = text.to_lowercase().find(&secret.to_lowercase());
            let near = found.map(|at| {
                text[at.saturating_sub(80)..]
                    .chars()
                    .take(160)
                    .collect::<String>()
            });
            assert_eq!(near, None, "{what}: {place} holds a secret");
        }
    }
}

fn output_texts(ran: ProgramOutput) -> [(String, String); 2] {
    [
        ("stdout".to_owned(), ran.stdout),
        ("stderr".to_owned(), ran.stderr),
    ]
}

#[test]
fn no_output_contains_a_planted_secret() {
    let server = server_with_secrets();
    let place = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = place.path().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600))
            .unwrap();
        path.to_str().unwrap().to_owned()
    };
    let port = server.port();
    let pgpass = file(
        "pgpass",
        &format!("127.0.0.1:{port}:*:postgres:{PASSWORD}\n"),
    );
    let services = file(
        "services.conf",
        &format!(
            "[shop]\nhost=127.0.0.1\nport={port}\nuser=postgres\ndbname=shop\npassword={PASSWORD}\n"
        ),
    );
    let plain = format!("host=127.0.0.1 port={port} user=postgres dbname=shop");
    let uri = format!("postgresql://postgres:{PASSWORD}@127.0.0.1:{port}/shop");
    let wrong = uri.replace(PASSWORD, "canary-wrong-17");
    type CredentialCase<'a> = (&'a str, Vec<&'a str>, Vec<(&'a str, &'a str)>);
    let cases: [CredentialCase; 5] = [
        ("uri", vec![], vec![("FLEXREADY_SOURCE", uri.as_str())]),
        ("wrong", vec![], vec![("FLEXREADY_SOURCE", wrong.as_str())]),
        (
            "pgpass",
            vec!["--source", &plain],
            vec![("PGPASSFILE", pgpass.as_str())],
        ),
        (
            "service",
            vec!["--source", "service=shop"],
            vec![("PGSERVICEFILE", services.as_str())],
        ),
        (
            "variable",
            vec!["--source", &plain],
            vec![("PGPASSWORD", PASSWORD)],
        ),
    ];
    for (name, source, env) in &cases {
        let arm = endpoint_with_secrets();
        let to = place.path().join(format!("recording-{name}"));
        let out = place.path().join(format!("out-{name}"));
        let output_args = [
            "--record",
            to.to_str().unwrap(),
            "--out",
            out.to_str().unwrap(),
        ];
        let common = [
            "check",
            "--target",
            TARGET,
            "-vvv",
            "--format",
            "json",
            "--migration-user",
            "shop",
        ];
        let env = [&env[..], &[("RUST_LOG", "trace")]].concat();
        let ran = run_with_arm(&arm, &[&common[..], source, &output_args].concat(), &env);
        assert!([0, 1, 3].contains(&ran.code), "{name}: {}", ran.stderr);
        assert_no_secret(name, &output_texts(ran));
        assert_no_secret(name, &read_files(&to));
        let reports = texts_recursive(&out);
        assert!(reports.len() >= 6, "{reports:?}");
        assert_no_secret(name, &reports);
        if *name != "uri" {
            continue;
        }
        assert!(
            read_files(&to)
                .iter()
                .any(|(_, t)| t.contains("postgres_fdw")),
            "the source was read"
        );
        let from = to.to_str().unwrap();
        for format in FORMATS {
            assert_no_secret(
                format,
                &output_texts(run(
                    &["check", "--from", from, "--format", format, "-vvv"],
                    &[],
                )),
            );
        }
        assert_no_secret("fix", &output_texts(run(&["fix", from, "-vvv"], &[])));
        assert_no_secret(
            "restore",
            &output_texts(run(&["fix", from, "--restore", "-vvv"], &[])),
        );
        assert_no_secret(
            "diff",
            &output_texts(run(&["diff", from, from, "--format", "json", "-vvv"], &[])),
        );
    }
    for level in [&[] as &[&str], &["-q"], &["-v"], &["-vv"]] {
        let ran = run_with_arm(
            &endpoint_with_secrets(),
            &[&["check", "--target", TARGET][..], level].concat(),
            &[("FLEXREADY_SOURCE", uri.as_str())],
        );
        assert_no_secret("levels", &output_texts(ran));
    }
    let to = place.path().join("shared.tar.gz");
    let ran = run_with_arm(
        &endpoint_with_secrets(),
        &[
            "record",
            to.to_str().unwrap(),
            "--redact",
            "--target",
            TARGET,
        ],
        &[("FLEXREADY_SOURCE", uri.as_str())],
    );
    assert!([0, 3].contains(&ran.code), "{}", ran.stderr);
    assert!(
        ran.stdout.contains("read back and judged alike"),
        "{}",
        ran.stdout
    );
    assert_no_secret("record", &output_texts(ran));
    let packed = std::fs::read(&to).unwrap();
    let mut unpacked = String::new();
    std::io::Read::read_to_string(
        &mut flate2::read::GzDecoder::new(packed.as_slice()),
        &mut unpacked,
    )
    .unwrap();
    assert_no_secret("archive", &[("archive".to_owned(), unpacked.clone())]);
    for name in [
        "shop",
        "far.example",
        "nightly_prices",
        "orders-target",
        "rg-orders-prod",
    ] {
        assert!(
            !unpacked.contains(name),
            "the shared recording holds {name}"
        );
    }
}

fn texts_recursive(folder: &Path) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(texts_recursive(&path));
        } else {
            let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            all.push((path.display().to_string(), text));
        }
    }
    all
}
