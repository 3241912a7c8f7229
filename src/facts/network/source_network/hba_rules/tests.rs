//! Tests which rule matches first: all connection types, keywords and address formats.

use super::*;

/// Parses a line of `pg_hba.conf`. The address is a prefix or a keyword.
fn parse_rule(line: u32, text: &str) -> HbaRule {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [kind, databases, users, address, method] = words.as_slice() else {
        panic!("{text}")
    };
    let list = |text: &str| Some(text.split(',').map(str::to_owned).collect());
    let net = address.parse::<IpNet>().ok();
    HbaRule {
        file: None,
        line,
        kind: Some((*kind).to_owned()),
        databases: list(databases),
        users: list(users),
        address: Some(net.map_or((*address).to_owned(), |net| net.addr().to_string())),
        netmask: net.map(|net| net.netmask().to_string()),
        method: Some((*method).to_owned()),
        is_broken: false,
        total: 1,
    }
}

/// The line that matches `migrator`, a member of `staff`, in database `orders`. 0: no match. Negative: uncertain match.
fn first_match_line(lines: &[&str], prefix: &str, tls: bool) -> i64 {
    let rules: Vec<HbaRule> = (1..)
        .zip(lines)
        .map(|(n, text)| parse_rule(n, text))
        .collect();
    let groups = ["migrator".to_owned(), "staff".to_owned()];
    let attempt = ConnectionAttempt {
        database: "orders",
        user: "migrator",
        roles: &groups,
        client_net: prefix.parse().unwrap(),
        uses_tls: tls,
        password_kind: Some(SCRAM_SHA_256),
    };
    match first_match(&rules, &attempt) {
        HbaMatch::Rule(rule) => i64::from(rule.line),
        HbaMatch::DependsOnPassword(rule) => panic!("{rule:?}: the password is known"),
        HbaMatch::NoRule => 0,
        HbaMatch::Uncertain(rule, _) => -i64::from(rule.line),
    }
}

const SUBNET: &str = "10.1.2.0/24";

#[test]
fn connection_types_are_matched() {
    let lines = [
        "hostgssenc all all all gss",
        "hostssl all all all md5",
        "hostnossl all all all reject",
        "host all all all trust",
    ];
    assert_eq!(first_match_line(&lines, SUBNET, true), 2);
    assert_eq!(first_match_line(&lines, SUBNET, false), 3);
    assert_eq!(
        first_match_line(&["hostnogssenc all all all md5"], SUBNET, true),
        1
    );
    assert_eq!(
        first_match_line(&["local all all all md5"], SUBNET, true),
        0
    );
}

#[test]
fn databases_and_users_are_matched() {
    for (line, fits) in [
        ("host orders migrator all md5", true),
        ("host billing,orders a,migrator all md5", true),
        ("host Orders migrator all md5", false),
        ("host sameuser all all md5", false),
        ("host samerole all all md5", false),
        ("host replication all all md5", false),
        ("host replication,all all all md5", true),
        ("host all +staff all md5", true),
        ("host all +migrator all md5", true),
        ("host all +others all md5", false),
        ("host all staff all md5", false),
    ] {
        assert_eq!(first_match_line(&[line], SUBNET, true) == 1, fits, "{line}");
    }
    let regex = "host /^ord /^mig all md5";
    assert_eq!(first_match_line(&[regex], SUBNET, true), -1);
    assert_eq!(
        first_match_line(&[regex, "host all all all md5"], SUBNET, true),
        2,
        "both admit"
    );
    assert_eq!(
        first_match_line(&[regex, "host all all all reject"], SUBNET, true),
        -1
    );
    assert_eq!(
        first_match_line(&["host orders,/x migrator all md5"], SUBNET, true),
        1
    );
}

#[test]
fn sameuser_and_samerole_compare_with_the_database_name() {
    let of = |database: &'static str| ConnectionAttempt {
        database,
        user: "migrator",
        roles: &[],
        client_net: SUBNET.parse().unwrap(),
        uses_tls: true,
        password_kind: Some(SCRAM_SHA_256),
    };
    let same = [parse_rule(1, "host sameuser all all md5")];
    assert!(matches!(
        first_match(&same, &of("migrator")),
        HbaMatch::Rule(_)
    ));
    let role = [parse_rule(1, "host samerole all all md5")];
    assert!(matches!(
        first_match(&role, &of("migrator")),
        HbaMatch::Rule(_)
    ));
    assert!(matches!(
        first_match(&role, &of("orders")),
        HbaMatch::NoRule
    ));
}

#[test]
fn addresses_are_matched() {
    for (address, expected) in [
        ("10.1.0.0/16", 1),
        ("10.1.2.0/24", 1),
        ("10.1.2.0/25", -1),
        ("10.1.2.7/32", -1),
        ("10.1.3.0/24", 0),
        ("0.0.0.0/0", 1),
        ("::/0", 0),
        ("all", 1),
        ("samehost", 0),
        ("samenet", -1),
        ("client.corp.example", -1),
        (".corp.example", -1),
    ] {
        let line = format!("host all all {address} scram-sha-256");
        assert_eq!(
            first_match_line(&[&line], SUBNET, true),
            expected,
            "{address}"
        );
    }
    assert_eq!(
        first_match_line(&["host all all fd00::/8 md5"], "fd00:1::/64", true),
        1
    );
}

#[test]
fn the_first_match_decides_and_partial_matches_are_uncertain() {
    let reject = "host all all 10.0.0.0/8 reject";
    let admit = "host all all all md5";
    assert_eq!(first_match_line(&[reject, admit], SUBNET, true), 1);
    assert_eq!(first_match_line(&[admit, reject], SUBNET, true), 1);
    let part = "host all all 10.1.2.128/25 reject";
    assert_eq!(
        first_match_line(&[part, admit], SUBNET, true),
        -1,
        "a part is turned away"
    );
    assert_eq!(
        first_match_line(&[part], SUBNET, true),
        0,
        "the rest is turned away as well"
    );
    assert_eq!(first_match_line(&[], SUBNET, true), 0);
}

#[test]
fn some_methods_accept_a_password() {
    for (method, opens) in [
        ("trust", true),
        ("scram-sha-256", true),
        ("ldap", true),
        ("reject", false),
        ("cert", false),
    ] {
        assert_eq!(
            parse_rule(1, &format!("host all all all {method}"))
                .accepts_password(Some(SCRAM_SHA_256)),
            Some(opens),
            "{method}"
        );
    }
}

#[test]
fn scram_rejects_md5_hashes() {
    for (method, password, opens) in [
        (SCRAM_SHA_256, Some("md5"), Some(false)),
        (SCRAM_SHA_256, Some(SCRAM_SHA_256), Some(true)),
        (SCRAM_SHA_256, None, None),
        ("md5", Some("md5"), Some(true)),
        ("md5", Some(SCRAM_SHA_256), Some(true)),
        ("md5", None, Some(true)),
        ("reject", None, Some(false)),
    ] {
        let rule = parse_rule(1, &format!("host all all all {method}"));
        assert_eq!(
            rule.accepts_password(password),
            opens,
            "{method} {password:?}"
        );
    }
}

/// An uncertain match is ignored if it has the same result as the next match. With an unknown password hash, both
/// results are possible.
#[test]
fn scram_is_undecided_for_an_unknown_password_hash() {
    let rules = [
        parse_rule(1, "host all all samenet md5"),
        parse_rule(2, "host all all all scram-sha-256"),
    ];
    let of = |password| ConnectionAttempt {
        database: "orders",
        user: "migrator",
        roles: &[],
        client_net: SUBNET.parse().unwrap(),
        uses_tls: true,
        password_kind: password,
    };
    assert!(
        matches!(first_match(&rules, &of(Some(SCRAM_SHA_256))), HbaMatch::Rule(r) if r.line == 2)
    );
    assert!(
        matches!(first_match(&rules, &of(Some("md5"))), HbaMatch::Uncertain(r, _) if r.line == 1)
    );
    assert!(
        matches!(first_match(&rules[1..], &of(None)), HbaMatch::DependsOnPassword(r) if r.line == 2)
    );
    assert!(matches!(first_match(&rules[1..], &of(Some("md5"))), HbaMatch::Rule(r) if r.line == 2));
}
