//! Tests of secret masking.

use serde_json::json;

use super::*;

fn masked(text: &str) -> String {
    let mut text = text.to_owned();
    mask_text(&mut text);
    let once = text.clone();
    mask_text(&mut text);
    assert_eq!(once, text, "masking twice changes nothing");
    text
}

#[test]
fn secrets_in_text_are_masked() {
    assert_eq!(
        masked("host=h password=hush user=u"),
        "host=h password=******** user=u"
    );
    assert_eq!(
        masked("host=h Password = 'hu\\'sh it' x=1"),
        "host=h Password = ******** x=1"
    );
    assert_eq!(
        masked("postgresql://u:hush@h/d and x"),
        "postgresql://u:********@h/d and x"
    );
    assert_eq!(
        masked("https://a.blob.core.windows.net/c?sv=1&sig=hush%3D&se=2"),
        "https://a.blob.core.windows.net/c?sv=1&sig=********&se=2"
    );
    assert_eq!(
        masked("AccountName=a;AccountKey=hush==;End=1"),
        "AccountName=a;AccountKey=********;End=1"
    );
    assert_eq!(
        masked("Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.c2ln"),
        "Bearer ********"
    );
    assert_eq!(masked("bearer abcdefgh"), "bearer ********");
    assert_eq!(masked("pwd:x"), "pwd:********");
    assert_eq!(masked("SCRAM-SHA-256$4096:c2FsdA==$a:b"), "********");
    assert_eq!(masked("md5d41d8cd98f00b204e9800998ecf8427e"), "********");
    assert_eq!(
        masked("-----BEGIN PRIVATE KEY-----\nhush\n-----END PRIVATE KEY-----"),
        "********"
    );
}

#[test]
fn text_without_secrets_is_unchanged() {
    for text in [
        "password_encryption",
        "md5,scram-sha-256",
        "https://h.example:5432/x",
        "password authentication failed for user \"u\"",
    ] {
        assert_eq!(masked(text), text);
    }
}

#[test]
fn values_of_secret_keys_are_masked() {
    let mut answer = Answer::from(
        json!({ "tags": { "Password": "hush", "a": 1 }, "list": [{ "secretParameters": { "x": "hush" } }] }),
    );
    mask(&mut answer);
    assert_eq!(
        answer,
        Answer::from(
            json!({ "tags": { "Password": MASK, "a": 1 }, "list": [{ "secretParameters": MASK }] })
        )
    );
}

#[test]
fn tag_values_are_masked_and_tag_names_are_kept() {
    let json = json!([{ "Tags": { "env": "hush" }, "name": "orders", "tags": null }]);
    assert_eq!(
        with_masked_tags(&json),
        json!([{ "Tags": { "env": MASK }, "name": "orders", "tags": null }])
    );
}
