//! Tests which rule matches first: all connection types, keywords and address formats.

use super::*;

/// Parses a line of `pg_hba.conf`. The address is a prefix or a keyword.
fn rule(line: u32, text: &str) -> Rule {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [kind, databases, users, address, method] = words.as_slice() else {
        panic!("{text}")
    };
    let list = |text: &str| Some(text.split(',').map(str::to_owned).collect());
    let net = address.parse::<IpNet>().ok();
    Rule {
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
fn met(lines: &[&str], prefix: &str, tls: bool) -> i64 {
    let rules: Vec<Rule> = (1..).zip(lines).map(|(n, text)| rule(n, text)).collect();
    let groups = ["migrator".to_owned(), "staff".to_owned()];
    let visitor = Visitor {
        database: "orders",
        user: "migrator",
        groups: &groups,
        prefix: prefix.parse().unwrap(),
        tls,
        password: Some(SCRAM),
    };
    match first_match(&rules, &visitor) {
        Met::Rule(rule) => i64::from(rule.line),
        Met::ByPassword(rule) => panic!("{rule:?}: the password is known"),
        Met::Nothing => 0,
        Met::Unsure(rule, _) => -i64::from(rule.line),
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
    assert_eq!(met(&lines, SUBNET, true), 2);
    assert_eq!(met(&lines, SUBNET, false), 3);
    assert_eq!(met(&["hostnogssenc all all all md5"], SUBNET, true), 1);
    assert_eq!(met(&["local all all all md5"], SUBNET, true), 0);
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
        assert_eq!(met(&[line], SUBNET, true) == 1, fits, "{line}");
    }
    let regex = "host /^ord /^mig all md5";
    assert_eq!(met(&[regex], SUBNET, true), -1);
    assert_eq!(
        met(&[regex, "host all all all md5"], SUBNET, true),
        2,
        "both admit"
    );
    assert_eq!(met(&[regex, "host all all all reject"], SUBNET, true), -1);
    assert_eq!(met(&["host orders,/x migrator all md5"], SUBNET, true), 1);
}

#[test]
fn sameuser_and_samerole_compare_with_the_database_name() {
    let of = |database: &'static str| Visitor {
        database,
        user: "migrator",
        groups: &[],
        prefix: SUBNET.parse().unwrap(),
        tls: true,
        password: Some(SCRAM),
    };
    let same = [rule(1, "host sameuser all all md5")];
    assert!(matches!(first_match(&same, &of("migrator")), Met::Rule(_)));
    let role = [rule(1, "host samerole all all md5")];
    assert!(matches!(first_match(&role, &of("migrator")), Met::Rule(_)));
    assert!(matches!(first_match(&role, &of("orders")), Met::Nothing));
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
        assert_eq!(met(&[&line], SUBNET, true), expected, "{address}");
    }
    assert_eq!(met(&["host all all fd00::/8 md5"], "fd00:1::/64", true), 1);
}

#[test]
fn the_first_match_decides_and_partial_matches_are_uncertain() {
    let reject = "host all all 10.0.0.0/8 reject";
    let admit = "host all all all md5";
    assert_eq!(met(&[reject, admit], SUBNET, true), 1);
    assert_eq!(met(&[admit, reject], SUBNET, true), 1);
    let part = "host all all 10.1.2.128/25 reject";
    assert_eq!(
        met(&[part, admit], SUBNET, true),
        -1,
        "a part is turned away"
    );
    assert_eq!(
        met(&[part], SUBNET, true),
        0,
        "the rest is turned away as well"
    );
    assert_eq!(met(&[], SUBNET, true), 0);
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
            rule(1, &format!("host all all all {method}")).admits(Some(SCRAM)),
            Some(opens),
            "{method}"
        );
    }
}

#[test]
fn scram_rejects_md5_hashes() {
    for (method, password, opens) in [
        (SCRAM, Some("md5"), Some(false)),
        (SCRAM, Some(SCRAM), Some(true)),
        (SCRAM, None, None),
        ("md5", Some("md5"), Some(true)),
        ("md5", Some(SCRAM), Some(true)),
        ("md5", None, Some(true)),
        ("reject", None, Some(false)),
    ] {
        let rule = rule(1, &format!("host all all all {method}"));
        assert_eq!(rule.admits(password), opens, "{method} {password:?}");
    }
}

/// An uncertain match is ignored if it has the same result as the next match. With an unknown password hash, both
/// results are possible.
#[test]
fn scram_is_undecided_for_an_unknown_password_hash() {
    let rules = [
        rule(1, "host all all samenet md5"),
        rule(2, "host all all all scram-sha-256"),
    ];
    let of = |password| Visitor {
        database: "orders",
        user: "migrator",
        groups: &[],
        prefix: SUBNET.parse().unwrap(),
        tls: true,
        password,
    };
    assert!(matches!(first_match(&rules, &of(Some(SCRAM))), Met::Rule(r) if r.line == 2));
    assert!(matches!(first_match(&rules, &of(Some("md5"))), Met::Unsure(r, _) if r.line == 1));
    assert!(matches!(first_match(&rules[1..], &of(None)), Met::ByPassword(r) if r.line == 2));
    assert!(matches!(first_match(&rules[1..], &of(Some("md5"))), Met::Rule(r) if r.line == 2));
}
