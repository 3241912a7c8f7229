use super::*;

fn parsed_parameters(text: &str) -> Vec<(&'static str, String)> {
    match parse(text) {
        Ok(settings) => settings.0.into_iter().collect(),
        Err(error) => panic!("{text}: {error}"),
    }
}

fn parse_error(text: &str) -> ConninfoError {
    match parse(text) {
        Ok(_) => panic!("{text} must be refused"),
        Err(error) => error,
    }
}

#[track_caller]
fn assert_parses(text: &str, expected: &[(&str, &str)]) {
    let found = parsed_parameters(text);
    let found: Vec<(&str, &str)> = found.iter().map(|(k, v)| (*k, v.as_str())).collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn uris_of_the_libpq_documentation_are_parsed() {
    assert_parses("postgresql://", &[]);
    assert_parses("postgresql://localhost", &[("host", "localhost")]);
    assert_parses(
        "postgres://localhost:5433",
        &[("host", "localhost"), ("port", "5433")],
    );
    assert_parses(
        "postgresql://localhost/mydb",
        &[("dbname", "mydb"), ("host", "localhost")],
    );
    assert_parses(
        "postgresql://user@localhost",
        &[("host", "localhost"), ("user", "user")],
    );
    assert_parses(
        "postgresql://user:secret@localhost",
        &[
            ("host", "localhost"),
            ("password", "secret"),
            ("user", "user"),
        ],
    );
    assert_parses(
        "postgresql://host1:123,host2:456/somedb?target_session_attrs=any&connect_timeout=10",
        &[
            ("connect_timeout", "10"),
            ("dbname", "somedb"),
            ("host", "host1,host2"),
            ("port", "123,456"),
            ("target_session_attrs", "any"),
        ],
    );
    assert_parses(
        "postgresql:///mydb?host=localhost&port=5433",
        &[("dbname", "mydb"), ("host", "localhost"), ("port", "5433")],
    );
    assert_parses(
        "postgresql://[2001:db8::1234]/database",
        &[("dbname", "database"), ("host", "2001:db8::1234")],
    );
    assert_parses(
        "postgresql://[::1]:5433,h2/d",
        &[("dbname", "d"), ("host", "::1,h2"), ("port", "5433,")],
    );
    assert_parses(
        "postgresql://%2Fvar%2Flib%2Fpostgresql/dbname",
        &[("dbname", "dbname"), ("host", "/var/lib/postgresql")],
    );
    assert_parses(
        "postgresql:///dbname?host=/var/lib/postgresql",
        &[("dbname", "dbname"), ("host", "/var/lib/postgresql")],
    );
    assert_parses(
        "postgresql://u%40x:p%3Aa%2F%25@h/a%20%22b%2FC?options=-c%20geqo%3Doff",
        &[
            ("dbname", "a \"b/C"),
            ("host", "h"),
            ("options", "-c geqo=off"),
            ("password", "p:a/%"),
            ("user", "u@x"),
        ],
    );
    assert_parses(
        "postgresql://h?ssl=true",
        &[("host", "h"), ("sslmode", "require")],
    );
}

#[test]
fn keyword_value_lists_of_the_libpq_documentation_are_parsed() {
    assert_parses("", &[]);
    assert_parses(
        "host=localhost port = 5432",
        &[("host", "localhost"), ("port", "5432")],
    );
    assert_parses(
        "dbname='my db'  password=''",
        &[("dbname", "my db"), ("password", "")],
    );
    assert_parses(
        r"password='it\'s a \\ b' user=a\ b",
        &[("password", r"it's a \ b"), ("user", "a b")],
    );
    assert_parses(
        "user=é password='ü ß'",
        &[("password", "ü ß"), ("user", "é")],
    );
    assert_parses("sslmode=disable sslmode=require", &[("sslmode", "require")]);
    assert_parses("requiressl=1", &[("sslmode", "require")]);
    assert_parses("host= user=u", &[("host", "user=u")]);
}

#[test]
fn malformed_strings_are_rejected() {
    assert_eq!(parse_error("justaword"), ConninfoError::UnknownFormat);
    assert_eq!(parse_error("mysql://h/d"), ConninfoError::UnknownFormat);
    assert_eq!(parse_error("mysql://h/d?a=b"), ConninfoError::UnknownFormat);
    assert_eq!(parse_error("host=a b"), ConninfoError::MissingEquals);
    assert_eq!(parse_error("host='a"), ConninfoError::UnterminatedQuote);
    assert_eq!(
        parse_error("password='it''s'"),
        ConninfoError::MissingEquals
    );
    assert_eq!(
        parse_error("postgresql://u:100%@h"),
        ConninfoError::InvalidPercentEncoding
    );
    assert_eq!(
        parse_error("postgresql://h/%00"),
        ConninfoError::InvalidPercentEncoding
    );
    for text in [
        "postgresql://[::1",
        "postgresql://[::1]x",
        "postgresql://[]",
        "postgresql://h?a",
        "postgresql://h?a=b=c",
    ] {
        assert!(
            matches!(parse_error(text), ConninfoError::InvalidUri(_)),
            "{text}"
        );
    }
    assert!(
        parse_error("hots=a").to_string().contains("`hots`"),
        "{}",
        parse_error("hots=a")
    );
    assert!(parse_error("hots=a").to_string().contains("`host`"));
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
        let error = parse_error(text);
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
        assert_parses(&format!("user='{quoted}' port=1"), &[("port", "1"), ("user", &value)]);
        let escaped: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
        assert_parses(&format!("postgresql://{escaped}@h"), &[("host", "h"), ("user", &value)]);
    }

    #[test]
    fn no_text_causes_a_panic(text in ".*") {
        let _ = parse(&text);
        let _ = parse(&format!("postgresql://{text}"));
        let _ = parse(&format!("host={text}"));
    }
}
