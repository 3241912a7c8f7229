use super::*;

fn all(text: &str) -> Vec<(&'static str, String)> {
    match parse(text) {
        Ok(settings) => settings.0.into_iter().collect(),
        Err(error) => panic!("{text}: {error}"),
    }
}

fn error(text: &str) -> ConninfoError {
    match parse(text) {
        Ok(_) => panic!("{text} must be refused"),
        Err(error) => error,
    }
}

#[track_caller]
fn reads(text: &str, expected: &[(&str, &str)]) {
    let found = all(text);
    let found: Vec<(&str, &str)> = found.iter().map(|(k, v)| (*k, v.as_str())).collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn uris_of_the_libpq_documentation_are_parsed() {
    reads("postgresql://", &[]);
    reads("postgresql://localhost", &[("host", "localhost")]);
    reads(
        "postgres://localhost:5433",
        &[("host", "localhost"), ("port", "5433")],
    );
    reads(
        "postgresql://localhost/mydb",
        &[("dbname", "mydb"), ("host", "localhost")],
    );
    reads(
        "postgresql://user@localhost",
        &[("host", "localhost"), ("user", "user")],
    );
    reads(
        "postgresql://user:secret@localhost",
        &[
            ("host", "localhost"),
            ("password", "secret"),
            ("user", "user"),
        ],
    );
    reads(
        "postgresql://host1:123,host2:456/somedb?target_session_attrs=any&connect_timeout=10",
        &[
            ("connect_timeout", "10"),
            ("dbname", "somedb"),
            ("host", "host1,host2"),
            ("port", "123,456"),
            ("target_session_attrs", "any"),
        ],
    );
    reads(
        "postgresql:///mydb?host=localhost&port=5433",
        &[("dbname", "mydb"), ("host", "localhost"), ("port", "5433")],
    );
    reads(
        "postgresql://[2001:db8::1234]/database",
        &[("dbname", "database"), ("host", "2001:db8::1234")],
    );
    reads(
        "postgresql://[::1]:5433,h2/d",
        &[("dbname", "d"), ("host", "::1,h2"), ("port", "5433,")],
    );
    reads(
        "postgresql://%2Fvar%2Flib%2Fpostgresql/dbname",
        &[("dbname", "dbname"), ("host", "/var/lib/postgresql")],
    );
    reads(
        "postgresql:///dbname?host=/var/lib/postgresql",
        &[("dbname", "dbname"), ("host", "/var/lib/postgresql")],
    );
    reads(
        "postgresql://u%40x:p%3Aa%2F%25@h/a%20%22b%2FC?options=-c%20geqo%3Doff",
        &[
            ("dbname", "a \"b/C"),
            ("host", "h"),
            ("options", "-c geqo=off"),
            ("password", "p:a/%"),
            ("user", "u@x"),
        ],
    );
    reads(
        "postgresql://h?ssl=true",
        &[("host", "h"), ("sslmode", "require")],
    );
}

#[test]
fn keyword_value_lists_of_the_libpq_documentation_are_parsed() {
    reads("", &[]);
    reads(
        "host=localhost port = 5432",
        &[("host", "localhost"), ("port", "5432")],
    );
    reads(
        "dbname='my db'  password=''",
        &[("dbname", "my db"), ("password", "")],
    );
    reads(
        r"password='it\'s a \\ b' user=a\ b",
        &[("password", r"it's a \ b"), ("user", "a b")],
    );
    reads(
        "user=é password='ü ß'",
        &[("password", "ü ß"), ("user", "é")],
    );
    reads("sslmode=disable sslmode=require", &[("sslmode", "require")]);
    reads("requiressl=1", &[("sslmode", "require")]);
    reads("host= user=u", &[("host", "user=u")]);
}

#[test]
fn malformed_strings_are_rejected() {
    assert_eq!(error("justaword"), ConninfoError::Shape);
    assert_eq!(error("mysql://h/d"), ConninfoError::Shape);
    assert_eq!(error("mysql://h/d?a=b"), ConninfoError::Shape);
    assert_eq!(error("host=a b"), ConninfoError::MissingEquals);
    assert_eq!(error("host='a"), ConninfoError::UnterminatedQuote);
    assert_eq!(error("password='it''s'"), ConninfoError::MissingEquals);
    assert_eq!(
        error("postgresql://u:100%@h"),
        ConninfoError::PercentEncoding
    );
    assert_eq!(error("postgresql://h/%00"), ConninfoError::PercentEncoding);
    for text in [
        "postgresql://[::1",
        "postgresql://[::1]x",
        "postgresql://[]",
        "postgresql://h?a",
        "postgresql://h?a=b=c",
    ] {
        assert!(matches!(error(text), ConninfoError::Uri(_)), "{text}");
    }
    assert!(
        error("hots=a").to_string().contains("`hots`"),
        "{}",
        error("hots=a")
    );
    assert!(error("hots=a").to_string().contains("`host`"));
}

#[test]
fn a_badly_quoted_password_appears_in_no_error() {
    for text in [
        "password=se canary",
        "password=se canary=x",
        "password='se'canary'",
        "password='canary",
        "pasword=canary",
        "postgresql://u:se@canary@h/d",
        "postgresql://u:ca%nary@h/d",
        "postgresql://u:se/canary@h/d?x=y",
        "postgresql://u:12/canary@h/d",
        "postgresql://u@h/d?password=se&canary=1",
        "postgresql://u@h/d?password=se=canary",
        "u:canary@h",
    ] {
        let error = error(text);
        assert!(
            !format!("{error} {error:?}").contains("canary"),
            "{text}: {error}"
        );
    }
}

proptest::proptest! {
    #[test]
    fn any_value_is_preserved_in_both_notations(value in "[^\0]+") {
        let quoted = value.replace('\\', "\\\\").replace('\'', "\\'");
        reads(&format!("user='{quoted}' port=1"), &[("port", "1"), ("user", &value)]);
        let escaped: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
        reads(&format!("postgresql://{escaped}@h"), &[("host", "h"), ("user", &value)]);
    }

    #[test]
    fn no_text_causes_a_panic(text in ".*") {
        let _ = parse(&text);
        let _ = parse(&format!("postgresql://{text}"));
        let _ = parse(&format!("host={text}"));
    }
}
