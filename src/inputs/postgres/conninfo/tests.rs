use std::collections::HashMap;

use super::*;

/// Resolves in an environment of exactly these variables and `USER=os`.
fn resolve(conninfo: &str, vars: &[(&str, &str)]) -> Result<Access, ConninfoError> {
    let mut vars: HashMap<String, String> = vars
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect();
    vars.entry("USER".to_owned()).or_insert("os".to_owned());
    Access::resolve(Some(conninfo), &|name| vars.get(name).cloned())
}

fn ok(conninfo: &str, vars: &[(&str, &str)]) -> Access {
    resolve(conninfo, vars).unwrap_or_else(|error| panic!("{conninfo}: {error}"))
}

#[test]
fn defaults_apply_without_parameters() {
    let access = ok("host=h", &[]);
    assert_eq!(
        (access.user(), access.database(), access.port()),
        ("os", "os", 5432)
    );
    assert_eq!(access.tls.mode, tls::Mode::Prefer);
    assert_eq!(access.connect_timeout, Some(Duration::from_secs(10)));
    assert_eq!(ok("host=h user=u", &[]).database(), "u");
    assert!(Access::resolve(None, &|_| None).unwrap_err() == ConninfoError::NoUser);
    #[cfg(unix)]
    assert!(ok("", &[]).endpoints[0].is_socket());
}

#[test]
fn hosts_addresses_and_ports_are_combined() {
    let access = ok("host=a,b,c port=1,,3", &[]);
    let ports: Vec<u16> = access.endpoints.iter().map(|e| e.port).collect();
    assert_eq!(ports, [1, 5432, 3]);
    assert_eq!(ok("host=a,b port=7", &[]).endpoints[1].port, 7);
    let access = ok("hostaddr=127.0.0.1,::1", &[]);
    assert_eq!(
        (access.host().as_str(), access.endpoints.len()),
        ("127.0.0.1", 2)
    );
    assert_eq!(ok("host=name hostaddr=127.0.0.1", &[]).host(), "name");
    assert!(ok("host=/run/sockets", &[]).endpoints[0].is_socket());
    assert!(matches!(
        resolve("host=a,b port=1,2,3", &[]),
        Err(ConninfoError::Count { .. })
    ));
    assert!(matches!(
        resolve("host=a,b hostaddr=127.0.0.1", &[]),
        Err(ConninfoError::Count { .. })
    ));
    assert!(matches!(
        resolve("host=a hostaddr=a", &[]),
        Err(ConninfoError::Value { .. })
    ));
    assert!(matches!(
        resolve("host=a port=0", &[]),
        Err(ConninfoError::Value { .. })
    ));
}

#[test]
fn each_sslmode_has_its_rule_for_root_certificates() {
    use tls::Mode;
    let mode = |text: &str, vars: &[(&str, &str)]| ok(text, vars).tls.mode;
    assert_eq!(mode("host=h sslmode=disable", &[]), Mode::Disable);
    assert_eq!(mode("host=h sslmode=allow", &[]), Mode::Allow);
    assert_eq!(mode("host=h", &[("PGSSLMODE", "require")]), Mode::Require);
    assert_eq!(mode("host=h", &[("PGREQUIRESSL", "1")]), Mode::Require);
    assert_eq!(mode("host=h sslrootcert=system", &[]), Mode::VerifyFull);
    let refused = |text: &str| resolve(text, &[]).unwrap_err();
    assert_eq!(
        refused("host=h sslrootcert=system sslmode=require"),
        ConninfoError::WeakSystemRoots
    );
    assert!(matches!(
        refused("host=h sslmode=verify-ca"),
        ConninfoError::NoRoots(_)
    ));
    assert!(matches!(
        refused("host=h sslmode=verify-full sslrootcert=/absent"),
        ConninfoError::NoRoots(_)
    ));
    assert!(matches!(
        refused("host=h sslmode=verify"),
        ConninfoError::Value { .. }
    ));
    assert!(
        ok("host=h sslmode=require sslrootcert=/absent", &[])
            .tls
            .roots
            .is_none()
    );
    assert_eq!(
        refused("hostaddr=127.0.0.1 sslrootcert=system"),
        ConninfoError::NoHostName("sslmode=verify-full")
    );
}

#[test]
fn keywords_that_would_weaken_the_connection_are_rejected_and_others_accepted() {
    let refused = |text: &str, vars: &[(&str, &str)]| match resolve(text, vars) {
        Err(ConninfoError::Unsupported { keyword, .. }) => keyword,
        other => panic!("{text}: {other:?}"),
    };
    for (text, keyword) in [
        ("host=h gssencmode=require", "gssencmode"),
        ("host=h require_auth=md5", "require_auth"),
        ("host=/run requirepeer=root", "requirepeer"),
        ("host=h sslcertmode=require", "sslcertmode"),
        ("host=h sslcrl=x", "sslcrl"),
        ("postgresql://h/d?sslcrldir=x", "sslcrldir"),
    ] {
        assert_eq!(refused(text, &[]), keyword);
    }
    for (name, keyword) in [
        ("PGSSLCRL", "sslcrl"),
        ("PGSSLCRLDIR", "sslcrldir"),
        ("PGREQUIREPEER", "requirepeer"),
    ] {
        assert_eq!(refused("host=h", &[(name, "x")]), keyword);
    }
    ok(
        "host=h gssencmode=prefer krbsrvname=p client_encoding=LATIN1 application_name=a keepalives=1 \
         keepalives_idle=5 sslcompression=0 sslcertmode=allow load_balance_hosts=random \
         target_session_attrs=prefer-standby channel_binding=require connect_timeout=-1",
        &[],
    );
}

#[test]
fn tls_versions_are_limited_as_specified() {
    for (text, vars) in [
        ("host=h ssl_min_protocol_version=TLSv9", &[][..]),
        ("host=h ssl_max_protocol_version=TLSv1.1", &[]),
        (
            "host=h ssl_min_protocol_version=TLSv1.3 ssl_max_protocol_version=TLSv1.2",
            &[],
        ),
        ("host=h", &[("PGSSLMINPROTOCOLVERSION", "x")]),
        ("host=h sslmode=disable ssl_min_protocol_version=x", &[]),
    ] {
        let refused = resolve(text, vars);
        assert!(
            matches!(refused, Err(ConninfoError::Value { .. })),
            "{text}"
        );
    }
    ok(
        "host=h ssl_min_protocol_version=tlsv1.3",
        &[("PGSSLMAXPROTOCOLVERSION", "TLSv1.3")],
    );
    ok("host=h ssl_min_protocol_version=TLSv1", &[]);
}

#[test]
fn a_password_in_an_argument_is_detected() {
    for text in [
        "postgresql://u:p@h/d",
        "postgresql://u@h/d?password=p",
        "postgresql://u@h/d?sslpassword=p",
        "host=h password=p",
        "host=h password='p",
        "postgresql://u:p%@h",
        "postgresql://u:a@b@h",
    ] {
        assert!(has_password_in(text), "{text}");
    }
    for text in [
        "postgresql://u@h:5432/d",
        "host=h user=u",
        "",
        "postgresql://[::1]:5432/d",
        "postgresql://h/d?passfile=/x",
    ] {
        assert!(!has_password_in(text), "{text}");
    }
    assert!(
        ConninfoError::PasswordInArgument
            .to_string()
            .contains("PGPASSWORD")
    );
}

mod files;
