//! The pipeline templates: valid YAML for Azure Pipelines, and existing commands of this program.

use clap::Parser;
use serde_json::{Map, Value, json};

use super::{run_ado_check, shared_folder};
use crate::support::program::run;

fn template_part(name: &str) -> String {
    let ran = run(&["template", "azure-pipelines", "--part", name], &[]);
    assert_eq!(ran.code, 0);
    ran.stdout
}

/// Expands `${{ if … }}` blocks and replaces each other expression with a placeholder.
fn expand_template(value: Value) -> Value {
    match value {
        Value::Array(items) => {
            let mut all = Vec::new();
            for item in items {
                match item {
                    Value::Object(fields) if fields.keys().any(|k| k.starts_with("${{")) => {
                        let inner = fields.into_iter().map(|(_, v)| expand_template(v));
                        all.extend(inner.flat_map(|v| v.as_array().cloned().unwrap_or_default()));
                    }
                    other => all.push(expand_template(other)),
                }
            }
            all.into()
        }
        Value::Object(fields) => fields
            .into_iter()
            .map(|(k, v)| (k, expand_template(v)))
            .collect::<Map<_, _>>()
            .into(),
        Value::String(text) if text.contains("${{") => {
            let pieces = text.split("${{").enumerate();
            let pieces = pieces.map(|(at, piece)| match piece.split_once("}}") {
                Some((_, rest)) if at > 0 => format!("x{rest}"),
                _ => piece.to_owned(),
            });
            pieces.collect::<String>().into()
        }
        other => other,
    }
}

/// Converts numbers and booleans to strings. Azure Pipelines accepts both, while the schema requires strings in some
/// places and values in others.
fn scalars_as_strings(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(scalars_as_strings).collect(),
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(k, v)| (k, scalars_as_strings(v)));
            Value::Object(fields.collect())
        }
        Value::Number(number) => number.to_string().into(),
        Value::Bool(truth) => truth.to_string().into(),
        other => other,
    }
}

#[test]
fn both_templates_match_the_schema_and_the_conventions() {
    let Some(shared) = shared_folder() else {
        return;
    };
    let schema = std::fs::read(shared.join("schemas/azure-pipelines-service-schema.json")).unwrap();
    let schema: Value = serde_json::from_slice(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for name in ["steps", "pipeline"] {
        let text = template_part(name);
        let read: Value = serde_norway::from_str(&text).unwrap();
        let whole = match name {
            // The schema only covers pipelines.
            "steps" => json!({ "trigger": "none", "steps": expand_template(read)["steps"] }),
            _ => expand_template(read),
        };
        assert!(
            validator.is_valid(&whole) || validator.is_valid(&scalars_as_strings(whole)),
            "{name} is no pipeline"
        );
        let file = folder.path().join(format!("{name}.yml"));
        std::fs::write(&file, &text).unwrap();
        run_ado_check(&shared, &["--pipeline", file.to_str().unwrap()]);
    }
}

#[test]
fn the_pipeline_passes_the_parameters_that_the_steps_require() {
    let steps: Value = serde_norway::from_str(&template_part("steps")).unwrap();
    let parameters = steps["parameters"].as_array().unwrap();
    let pipeline: Value = serde_norway::from_str(&template_part("pipeline")).unwrap();
    let uses = pipeline["stages"][0]["jobs"].as_array().unwrap();
    let strategies: Vec<&Value> = uses.iter().map(|j| &j["strategy"]).collect();
    assert!(strategies[0]["matrix"].is_object() && strategies[1]["parallel"].is_number());
    assert!(pipeline["stages"][1]["condition"].is_string());
    for job in uses {
        let steps = job["steps"].as_array().unwrap();
        let given = steps.iter().find(|s| s["template"].is_string()).unwrap();
        let given = given["parameters"].as_object().unwrap();
        for name in given.keys() {
            assert!(
                parameters.iter().any(|p| p["name"] == name.as_str()),
                "no parameter {name}"
            );
        }
        for needed in parameters.iter().filter(|p| p.get("default").is_none()) {
            assert!(
                given.contains_key(needed["name"].as_str().unwrap()),
                "{needed} is not given"
            );
        }
    }
}

#[test]
fn the_steps_use_existing_commands() {
    let text = template_part("steps").replace("\\\n", " ");
    let calls: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|l| l.starts_with("flexready "))
        .collect();
    assert_eq!(calls.len(), 1);
    let words = calls[0]
        .replace('"', "")
        .replace("$FLEXREADY_FAIL_ON", "warning");
    let words = words
        .replace("$FLEXREADY_SOURCE_AUTH", "entra")
        .replace("$FLEXREADY_TARGET_AUTH", "entra");
    flexready::cli::Cli::try_parse_from(words.split_whitespace()).unwrap();
}

#[test]
fn both_templates_together_are_two_yaml_documents() {
    let both = run(&["template", "azure-pipelines"], &[]).stdout;
    assert_eq!(
        both,
        format!(
            "{}---\n{}",
            template_part("steps"),
            template_part("pipeline")
        )
    );
}

#[test]
fn the_man_page_and_the_completions_are_generated_from_the_arguments() {
    let manual = run(&["man"], &[]).stdout;
    assert!(
        manual.contains(".TH flexready") && manual.contains("fail\\-on"),
        "{manual}"
    );
    // It is one page, so it must not refer to other man pages.
    assert_eq!(manual.matches(".TH ").count(), 1);
    assert!(!manual.contains("(1)"), "{manual}");
    assert!(
        manual.contains(".SH \"FLEXREADY RECORD\"\n.SS SYNOPSIS"),
        "{manual}"
    );
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = run(&["completions", shell], &[]).stdout;
        assert!(
            script.contains("azure-pipelines") && script.contains("source-auth"),
            "{shell}"
        );
    }
}

#[test]
fn the_version_contains_commit_build_and_platform() {
    let version = run(&["--version"], &[]);
    assert_eq!(version.code, 0);
    let said = version.stdout.trim_end();
    let said = said.strip_prefix(concat!("flexready ", env!("CARGO_PKG_VERSION"), " ("));
    let said: Vec<&str> = said.unwrap().trim_end_matches(')').split(", ").collect();
    let [commit, build, platform] = said[..] else {
        panic!("{said:?}")
    };
    let commit = commit.trim_end_matches(" with changes");
    let is_commit = commit.len() == 12 && commit.chars().all(|c| c.is_ascii_hexdigit());
    assert!(is_commit || commit == "unknown commit", "{said:?}");
    let is_day = build.len() == 10 && build.starts_with("20");
    assert!(["debug", "release"].contains(&build) || is_day, "{said:?}");
    assert!(platform.contains('-'), "{said:?}");
}
