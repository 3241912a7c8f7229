//! Names with quotes, line breaks, terminal escapes, markup, formulas and pipeline commands.

use super::{check_online, failed_questions};
use crate::support::pg::PgServer;
use crate::support::program::{FORMATS, run};

/// [`assert_harmless`] lists what each name must not cause. The name with elephants has exactly 63 bytes.
fn hostile_names() -> [String; 7] {
    [
        "it\"s 'odd' \\ $$".to_owned(),
        "line\nbreak\r\nof its own".to_owned(),
        "\u{202e}txt.exe\u{200b}\u{1b}[2J".to_owned(),
        format!("{}abc", "\u{1f418}".repeat(15)),
        "x ##vso[task.complete result=Canary;] ##[error]Canary".to_owned(),
        "<script>alert(1)</script><!-- ]]>".to_owned(),
        "=cmd|'/c calc'!A1 | `x` [a](b) | ::error::".to_owned(),
    ]
}

/// Creates one object of every kind whose name a finding shows.
fn seed_sql(name: &str, number: usize) -> String {
    let (id, literal) = (
        format!("\"{}\"", name.replace('"', "\"\"")),
        name.replace('\'', "''"),
    );
    format!(
        "CREATE SCHEMA {id};
         CREATE UNLOGGED TABLE {id}.{id} ({id} int);
         CREATE TABLE {id}.logged_{number} ({id} int);
         CREATE FUNCTION {id}.{id}(int) RETURNS int LANGUAGE internal AS 'int4abs';
         CREATE COLLATION {id}.{id} FROM \"C\";
         CREATE TYPE {id}.{id}_{number} AS ENUM ('a');
         CREATE CAST ({id}.{id}_{number} AS bytea) WITH INOUT;
         CREATE TEXT SEARCH DICTIONARY {id}.{id} (template = simple);
         CREATE FUNCTION {id}.fire() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
         CREATE EVENT TRIGGER {id} ON sql_drop EXECUTE PROCEDURE {id}.fire();
         CREATE FOREIGN DATA WRAPPER {id};
         CREATE SERVER {id} FOREIGN DATA WRAPPER {id};
         CREATE LANGUAGE {id} HANDLER plpgsql_call_handler;
         CREATE PUBLICATION {id};
         INSERT INTO pg_seclabel VALUES ('{id_literal}.logged_{number}'::regclass, 'pg_class'::regclass, 0, '{literal}', 'x');
         CREATE ROLE {id}",
        id_literal = id.replace('\'', "''"),
    )
    // Two names of 63 bytes would be the same name after a suffix is truncated.
    .replace(&format!("{id}_{number}"), &format!("type_{number}"))
}

#[track_caller]
fn assert_harmless(format: &str, text: &str) {
    let holds = |what: &str| text.contains(what);
    for hidden in ['\u{202e}', '\u{200b}', '\u{1b}'] {
        assert!(!text.contains(hidden), "{format} shows {hidden:?}");
    }
    assert!(
        !holds("line\nbreak") && !holds("break\r"),
        "{format} breaks a line"
    );
    assert!(
        !holds("##vso[task.complete result=Canary") && !holds("##[error]Canary"),
        "{format} commands the agent"
    );
    if ["html", "junit"].contains(&format) {
        assert!(
            !holds("<script>alert") && !holds("<!-- ]]>"),
            "{format} takes a name for markup"
        );
    }
    if format == "csv" {
        let cell = |line: &str| {
            line.split(',')
                .any(|c| c.trim_matches('"').starts_with("=cmd"))
        };
        assert!(!text.lines().any(cell), "a cell is a formula");
    }
    assert!(text.len() < 1_000_000, "{format} has {} bytes", text.len());
}

#[test]
fn hostile_names_are_printed_safely_in_every_format() {
    let server = PgServer::start(16, &[]);
    let database = "it's \"x\" ##vso[task.complete result=Canary;] \u{202e}";
    server.run(
        "postgres",
        &format!("CREATE DATABASE \"{}\"", database.replace('"', "\"\"")),
    );
    for (number, name) in hostile_names().iter().enumerate() {
        server.run(database, &seed_sql(name, number));
    }
    let folder = tempfile::tempdir().unwrap();
    let recording = folder.path().join("recording");
    let recording = recording.to_str().unwrap();
    let live = check_online(
        server.port(),
        database,
        &["--database", database, "--record", recording],
    );
    assert_eq!(
        (live.code, failed_questions(&live)),
        (1, Vec::new()),
        "{}",
        live.stderr
    );
    let report = live.json().to_string();
    for name in hostile_names() {
        let json = serde_json::to_string(&name).unwrap();
        let inside = json.trim_matches('"').replace("\\\"", "\\\"\\\"");
        let either = report.contains(json.trim_matches('"')) || report.contains(&inside);
        assert!(either, "{name:?} is in no finding");
    }
    for format in FORMATS {
        let ran = run(&["check", "--from", recording, "--format", format], &[]);
        assert_eq!(ran.code, 1, "{format}: {}", ran.stderr);
        assert!(
            ran.stdout.contains("result=Canary"),
            "{format} does not show the name at all"
        );
        assert_harmless(format, &ran.stdout);
        assert_harmless(format, &ran.stderr);
    }
    let out = folder.path().join("out");
    run(
        &["check", "--from", recording, "--out", out.to_str().unwrap()],
        &[],
    );
    for (name, format) in [
        ("report.json", "json"),
        ("report.html", "html"),
        ("summary.md", "markdown"),
        ("findings.csv", "csv"),
    ] {
        assert_harmless(format, &std::fs::read_to_string(out.join(name)).unwrap());
    }
}

/// In a database without an encoding, a name consists of the bytes that the client sent.
#[test]
fn names_without_an_encoding_only_lose_invalid_bytes() {
    for major in [10, 18] {
        let server = PgServer::start(major, &[]);
        server.run("postgres", "CREATE DATABASE raw ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
        server.run(
            "raw",
            "DO $$ DECLARE name text = quote_ident(convert_from('\\x66ff6fc3', 'SQL_ASCII')); BEGIN
               EXECUTE 'CREATE SCHEMA ' || name;
               EXECUTE 'CREATE UNLOGGED TABLE ' || name || '.' || name || ' (id int)';
               EXECUTE 'CREATE FUNCTION ' || name || '.f() RETURNS int LANGUAGE internal AS ''int4abs''';
               EXECUTE 'CREATE ROLE ' || name || ' LOGIN';
             END $$",
        );
        let unsupported = |all: Vec<(String, String)>| -> Vec<(String, String)> {
            all.into_iter()
                .filter(|(_, reason)| !reason.starts_with("needs PostgreSQL"))
                .collect()
        };
        let ran = check_online(server.port(), "raw", &["--database", "raw"]);
        assert_eq!(unsupported(failed_questions(&ran)), [], "{major}");
        for id in ["unlogged-table", "c-language-function"] {
            assert_eq!(ran.status(id), "fail", "{major}: {id}");
        }
        assert!(
            ran.stdout.contains("f\u{fffd}o\u{fffd}"),
            "{major}: the name"
        );
        // Roles are shared by all databases. In a database with an encoding, the server refuses to return such a name.
        let name = server.create_database("shop");
        let ran = check_online(server.port(), &name, &["--database", &name]);
        for (question, reason) in unsupported(failed_questions(&ran)) {
            assert!(
                question.ends_with("/roles") || question.ends_with("/role_passwords"),
                "{major}: {question}"
            );
            assert!(
                reason.contains("invalid byte sequence"),
                "{major}: {reason}"
            );
        }
        assert_eq!(ran.status("unlogged-table"), "pass", "{major}");
    }
}
