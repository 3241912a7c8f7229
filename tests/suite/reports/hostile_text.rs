//! Hostile text in names, messages, and comments: it must not run an agent command, break a format, or hide text.
//!
//! The tests replace every text of a report that comes from servers or users. They compare each format with the same
//! report with harmless texts.

use std::cell::Cell;
use std::sync::OnceLock;

use flexready::report::formats::azure_pipelines::{ReportFiles, azure_pipelines};
use flexready::report::formats::plain::{PlainLayout, plain};
use flexready::report::formats::sarif::{RunContext, sarif};
use flexready::report::{Report, csv, html, junit, markdown, ndjson};
use proptest::prelude::*;
use serde_json::Value;

use super::markdown_rendering::render;
use super::{report_of_recording, write_plan};
use crate::support::report_json;

/// Fields that only the program sets. All other fields, including future ones, can contain foreign text.
const PROGRAM_FIELDS: [&str; 18] = [
    "schema",
    "tool",
    "recorded_at",
    "verdict",
    "fail_on",
    "scope",
    "mode",
    "area",
    "title",
    "official",
    "link",
    "severity",
    "instead_of",
    "status",
    "state",
    "unknown_as",
    "compute_confidence",
    "check",
];

/// Returns a report with findings, missing answers, and a waiver, as JSON.
fn base_report() -> &'static Value {
    static WHOLE: OnceLock<Value> = OnceLock::new();
    WHOLE.get_or_init(|| {
        let (_kept, path) = write_plan(
            "[[waiver]]\ncheck = \"extension-not-allowed\"\nreason = \"r\"\nowner = \"o\"\nticket = \"t\"\nuntil = 2999-01-01\n",
        );
        let mut whole = serde_json::to_value(report_of_recording("blocked", &["--plan", &path])).unwrap();
        let blind = serde_json::to_value(report_of_recording("no-database-access", &["--plan", &path])).unwrap();
        let migrations = whole["migrations"].as_array_mut().unwrap();
        migrations.extend(blind["migrations"].as_array().unwrap().iter().cloned());
        whole
    })
}

/// Replaces all foreign text of the report with `texts` in turn. Check ids and program texts stay.
fn report_with_texts(texts: &[String]) -> Report {
    let at = Cell::new(0);
    let next = || {
        at.set(at.get() + 1);
        texts[at.get() % texts.len()].clone()
    };
    let mut value = base_report().clone();
    replace_texts(&mut value, &next);
    serde_json::from_value(value).unwrap()
}

fn replace_texts(value: &mut Value, next: &dyn Fn() -> String) {
    match value {
        Value::String(text) => *text = next(),
        Value::Array(items) => items.iter_mut().for_each(|v| replace_texts(v, next)),
        Value::Object(fields) => {
            let is_check = fields.contains_key("official");
            let is_grant = fields.keys().eq(["kind", "name"]);
            for (name, value) in fields {
                match name.as_str() {
                    "evidence" => *value = replace_evidence(value, next),
                    "id" if is_check => {}
                    "kind" if is_grant => {}
                    // The shape of an object is the program's, its name is foreign
                    "object" => *value = format!("{}/table/{}", next(), next()).into(),
                    name if PROGRAM_FIELDS.contains(&name) => {}
                    _ => replace_texts(value, next),
                }
            }
        }
        _ => {}
    }
}

/// Replaces names as well as values, because the names come from servers.
fn replace_evidence(value: &Value, next: &dyn Fn() -> String) -> Value {
    let fields = value.as_object().unwrap().keys();
    let fields = fields.map(|name| (format!("{name}{}", next()), next().into()));
    Value::Object(fields.collect())
}

fn hostile_texts() -> impl Strategy<Value = Vec<String>> {
    let pieces = prop::sample::select(vec![
        "##vso[task.complete result=Succeeded;]",
        "##vso[",
        "##VSO[task.setvariable variable=x]",
        "##[error]",
        "#",
        "##",
        "vso[",
        "[",
        "]",
        ";",
        "%",
        "%0A",
        "%AZP25",
        "\n",
        "\r",
        "\r\n",
        "\t",
        "\u{1b}[2J",
        "\u{0}",
        "\u{7f}",
        "\u{85}",
        "\u{2028}",
        "\u{202e}",
        "\u{fffe}",
        "\u{ffff}",
        "\u{feff}",
        "]]>",
        "<script>alert(1)</script>",
        "<!--",
        "&",
        "&amp;",
        "\"",
        "'",
        "`",
        "``",
        "```",
        "|",
        "\\",
        "[x](javascript:alert(1))",
        "![",
        "<https://x.example>",
        "- ",
        "1. ",
        "    ",
        "> ",
        "***",
        "___",
        "~~~",
        "===",
        "{{ 7*7 }}",
        "{%",
        "$x$",
        "=1+1",
        "@SUM",
        "Größe",
        "🐘",
        "a",
    ]);
    let text = prop::collection::vec(
        prop_oneof![4 => pieces.prop_map(str::to_owned), 1 => any::<String>()],
        0..8,
    );
    // An empty text is correctly omitted where other text would appear.
    let text = text.prop_map(|pieces| match pieces.concat() {
        empty if empty.is_empty() => "a".to_owned(),
        text => text,
    });
    prop::collection::vec(text, 1..12)
}

/// Returns the report with harmless texts. Equal texts stay equal, because equal reasons appear only once.
fn harmless_report(texts: &[String]) -> Report {
    let first = |text| texts.iter().position(|t| t == text).unwrap();
    let words: Vec<String> = texts.iter().map(|t| format!("a{}", first(t))).collect();
    report_with_texts(&words)
}

fn report_files() -> ReportFiles {
    ReportFiles {
        folder: "/a".to_owned(),
        summary: "/a/summary.md".to_owned(),
        html: "/a/report.html".to_owned(),
        json: "/a/report.json".to_owned(),
    }
}

/// Returns the logging commands as the agent parses them: anywhere in a line, up to the first `]`.
fn agent_commands(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in text.split(['\n', '\r']) {
        let lower = line.to_ascii_lowercase();
        for opening in ["##vso[", "##["] {
            for (at, _) in lower.match_indices(opening) {
                assert_eq!(at, 0, "a command within a line: {line}");
                let command = line.split_once(']').map_or(line, |(command, _)| command);
                found.push(command.to_owned());
            }
        }
    }
    found
}

/// Returns the names of the tags of a page.
fn tag_names(page: &str) -> Vec<&str> {
    let page = page.split_once("</style>").unwrap().1;
    let tags = page.split('<').skip(1);
    tags.map(|t| t.split(['>', ' ', '\n']).next().unwrap())
        .filter(|t| !["code", "/code"].contains(t))
        .collect()
}

fn assert_no_controls(text: &str) {
    let text = anstream::adapter::strip_str(text).to_string();
    let strange = text.chars().find(|c| c.is_control() && *c != '\n');
    assert_eq!(strange, None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn data_does_not_run_agent_commands(texts in hostile_texts()) {
        let report = report_with_texts(&texts);
        let layout = PlainLayout { width: 80 };
        for text in [
            plain(&report, layout), report_json(&report), ndjson(&report), csv(&report), junit(&report), markdown(&report), html(&report),
            sarif(&report, &RunContext::default()),
        ] {
            prop_assert_eq!(agent_commands(&text), Vec::<String>::new());
        }
        let files = report_files();
        let ours = azure_pipelines(&report, Some(&files));
        let usual = azure_pipelines(&harmless_report(&texts), Some(&files));
        prop_assert_eq!(agent_commands(&ours), agent_commands(&usual));
        assert_no_controls(&ours);
    }

    #[test]
    fn data_does_not_break_any_format(texts in hostile_texts()) {
        let (report, usual) = (report_with_texts(&texts), harmless_report(&texts));
        assert_no_controls(&plain(&report, PlainLayout { width: 80 }));
        let back: Value = serde_json::from_str(&report_json(&report)).unwrap();
        prop_assert_eq!(back, serde_json::to_value(&report).unwrap());
        serde_json::from_str::<Value>(&sarif(&report, &RunContext::default())).unwrap();
        prop_assert_eq!(ndjson(&report).lines().count(), usual.migrations.len());
        let rows = |report: &Report| {
            let table = csv(report);
            let rows: Vec<csv::StringRecord> =
                csv::Reader::from_reader(table.as_bytes()).records().map(Result::unwrap).collect();
            let formula = rows.iter().flatten().find(|c| c.starts_with(['=', '+', '-', '@']));
            assert_eq!(formula, None);
            rows.len()
        };
        prop_assert_eq!(rows(&report), rows(&usual));
        let (page, plain_page) = (html(&report), html(&usual));
        prop_assert_eq!(tag_names(&page), tag_names(&plain_page));
        let (said, meant) = (render(&markdown(&report)), render(&markdown(&usual)));
        prop_assert_eq!((said.0.len(), said.1), (meant.0.len(), meant.1));
        assert_well_formed_xml(&junit(&report));
    }
}

/// Verifies that the text is well-formed XML 1.0 without illegal characters.
fn assert_well_formed_xml(xml: &str) {
    let legal = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    assert_eq!(xml.chars().find(|c| !legal(*c)), None);
    let mut reader = quick_xml::Reader::from_str(xml);
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Eof => return,
            quick_xml::events::Event::Start(e) | quick_xml::events::Event::Empty(e) => {
                for attribute in e.attributes() {
                    let value = attribute.unwrap().value.into_owned();
                    quick_xml::escape::unescape(&value).unwrap();
                }
            }
            _ => {}
        }
    }
}
