//! Rules for query files: header, one statement, plain column names.

use std::collections::BTreeSet;
use std::path::Path;

use super::*;
use crate::backend::postgres::ROW_ALIAS;

const HEADER_KEYS: [&str; 5] = ["what", "since", "privilege", "columns", "names"];

/// Every variant of every query: name for messages, minimum version, SQL.
fn all_variants() -> impl Iterator<Item = (String, u32, &'static str)> {
    ALL.iter().flat_map(|query| {
        let of = move |(since, text): &(u32, &'static str)| {
            (format!("{}@{since}", query.name), *since, *text)
        };
        query.variants.iter().map(of)
    })
}

/// Returns the value of a header line.
fn header(text: &'static str, key: &str) -> Option<&'static str> {
    let lines = text.lines().take_while(|line| line.starts_with("--"));
    let mut values = lines.filter_map(|line| {
        line.strip_prefix("-- ")?
            .strip_prefix(key)?
            .strip_prefix(": ")
    });
    values.next()
}

fn columns(text: &'static str) -> Vec<&'static str> {
    header(text, "columns")
        .unwrap_or_default()
        .split(", ")
        .collect()
}

#[test]
fn every_file_has_a_complete_header() {
    for (name, since, text) in all_variants() {
        for key in HEADER_KEYS {
            assert!(
                header(text, key).is_some_and(|v| !v.trim().is_empty()),
                "{name}: no `-- {key}: …` on top"
            );
        }
        assert_eq!(
            header(text, "since"),
            Some(since.to_string().as_str()),
            "{name}: its `since` and the list's differ"
        );
    }
}

#[test]
fn every_file_is_one_select_that_can_be_wrapped() {
    for (name, _, text) in all_variants() {
        assert!(
            !text.contains(';'),
            "{name}: a semicolon, even in a comment, would end the statement around it"
        );
        assert!(
            text.is_ascii(),
            "{name}: a database of another encoding may not have the character"
        );
        assert!(
            !text.contains('\0'),
            "{name}: the protocol ends a text at a NUL"
        );
        let body = text
            .lines()
            .find(|line| !line.starts_with("--") && !line.trim().is_empty());
        let word = body
            .unwrap_or_default()
            .split_whitespace()
            .next()
            .unwrap_or_default();
        assert!(
            ["SELECT", "WITH"].contains(&word),
            "{name}: begins with `{word}`"
        );
    }
}

#[test]
fn column_names_are_plain_and_differ_from_the_alias() {
    for (name, _, text) in all_variants() {
        let columns = columns(text);
        let distinct: BTreeSet<_> = columns.iter().collect();
        assert_eq!(
            distinct.len(),
            columns.len(),
            "{name}: the last of two columns of one name would win silently"
        );
        for column in columns {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            assert!(
                column.chars().all(plain) && !column.is_empty(),
                "{name}: column `{column}`"
            );
            assert!(
                text.contains(column),
                "{name}: column `{column}` is not in the text"
            );
        }
        assert!(!text.contains(ROW_ALIAS), "{name}: would shadow the row");
    }
}

#[test]
fn the_names_of_every_file_are_columns_of_the_query() {
    for (name, _, text) in all_variants() {
        let names = header(text, "names").and_then(names::parse_names);
        let names = names.unwrap_or_else(|| panic!("{name}: `-- names: …` is invalid"));
        for one in names {
            assert!(
                columns(text).contains(&one.column()),
                "{name}: `{}` is not a column",
                one.path
            );
        }
    }
}

#[test]
fn names_and_variants_are_sorted() {
    assert!(
        ALL.is_sorted_by(|a, b| a.name < b.name),
        "ALL is sorted by name, each once"
    );
    for query in ALL {
        assert!(
            query.variants.is_sorted_by(|a, b| a.0 < b.0),
            "{}: variants ascend",
            query.name
        );
        let first = columns(query.variants[0].1);
        assert!(
            query
                .variants
                .iter()
                .all(|(_, text)| columns(text) == first),
            "{}: variants differ in columns",
            query.name
        );
        let names = header(query.variants[0].1, "names");
        assert!(
            query
                .variants
                .iter()
                .all(|(_, text)| header(text, "names") == names),
            "{}: variants differ in names",
            query.name
        );
    }
}

/// Fragments that only the definition of a user object contains.
const USER_OBJECT_FRAGMENTS: [&str; 5] = [
    "16384",
    "information_schema'",
    "pg_temp_",
    "pg\\_temp",
    "'pg_toast'",
];

#[test]
fn the_definition_of_a_user_object_is_not_repeated() {
    for (name, _, text) in all_variants() {
        let said = USER_OBJECT_FRAGMENTS
            .iter()
            .find(|piece| text.contains(**piece));
        assert_eq!(said, None, "{name}: is_user_object's to say");
        // The catalog's name, or a column with it.
        let is_whole = |call: &str| {
            let first = call.split([',', ')']).next().unwrap_or_default();
            first.starts_with("'pg_") || first.contains('.')
        };
        assert!(
            text.split("is_user_object(").skip(1).all(is_whole),
            "{name}: is_user_object begins with a catalog"
        );
    }
}

#[test]
fn every_file_of_the_folder_is_in_the_list() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/queries");
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|e| e == "sql"));
    let texts: BTreeSet<&str> = all_variants().map(|(_, _, text)| text).collect();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(
            texts.contains(text.as_str()),
            "{} is in no query",
            file.display()
        );
    }
}
