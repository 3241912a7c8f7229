use std::collections::HashMap;
use std::path::Path;

use secrecy::ExposeSecret;

use super::*;

/// Resolves in an environment of exactly these variables and `USER=os`.
fn resolve(conninfo: &str, vars: &[(&str, &str)]) -> Result<ConnectOptions, ConninfoError> {
    let mut vars: HashMap<String, String> = vars
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect();
    vars.entry("USER".to_owned()).or_insert("os".to_owned());
    ConnectOptions::resolve(Some(conninfo), &|name| vars.get(name).cloned())
}

fn resolve_ok(conninfo: &str, vars: &[(&str, &str)]) -> ConnectOptions {
    resolve(conninfo, vars).unwrap_or_else(|error| panic!("{conninfo}: {error}"))
}

#[test]
fn defaults_apply_without_parameters() {
    let access = resolve_ok("host=h", &[]);
    assert_eq!(
        (access.user(), access.database(), access.port()),
        ("os", "os", 5432)
    );
    assert_eq!(access.tls.mode, tls::TlsMode::Prefer);
    assert_eq!(access.connect_timeout, Some(Duration::from_secs(10)));
    assert_eq!(resolve_ok("host=h user=u", &[]).database(), "u");
    assert!(ConnectOptions::resolve(None, &|_| None).unwrap_err() == ConninfoError::MissingUser);
    #[cfg(unix)]
    assert!(resolve_ok("", &[]).endpoints[0].is_socket());
}

#[test]
fn hosts_addresses_and_ports_are_combined() {
    let access = resolve_ok("host=a,b,c port=1,,3", &[]);
    let ports: Vec<u16> = access.endpoints.iter().map(|e| e.port).collect();
    assert_eq!(ports, [1, 5432, 3]);
    assert_eq!(resolve_ok("host=a,b port=7", &[]).endpoints[1].port, 7);
    let access = resolve_ok("hostaddr=127.0.0.1,::1", &[]);
    assert_eq!(
        (access.host().as_str(), access.endpoints.len()),
        ("127.0.0.1", 2)
    );
    assert_eq!(
        resolve_ok("host=name hostaddr=127.0.0.1", &[]).host(),
        "name"
    );
    assert!(resolve_ok("host=/run/sockets", &[]).endpoints[0].is_socket());
    assert!(matches!(
        resolve("host=a,b port=1,2,3", &[]),
        Err(ConninfoError::CountMismatch { .. })
    ));
    assert!(matches!(
        resolve("host=a,b hostaddr=127.0.0.1", &[]),
        Err(ConninfoError::CountMismatch { .. })
    ));
    assert!(matches!(
        resolve("host=a hostaddr=a", &[]),
        Err(ConninfoError::InvalidValue { .. })
    ));
    assert!(matches!(
        resolve("host=a port=0", &[]),
        Err(ConninfoError::InvalidValue { .. })
    ));
}

#[test]
fn each_sslmode_has_its_rule_for_root_certificates() {
    use tls::TlsMode;
    let mode = |text: &str, vars: &[(&str, &str)]| resolve_ok(text, vars).tls.mode;
    assert_eq!(mode("host=h sslmode=disable", &[]), TlsMode::Disable);
    assert_eq!(mode("host=h sslmode=allow", &[]), TlsMode::Allow);
    assert_eq!(
        mode("host=h", &[("PGSSLMODE", "require")]),
        TlsMode::Require
    );
    assert_eq!(mode("host=h", &[("PGREQUIRESSL", "1")]), TlsMode::Require);
    assert_eq!(mode("host=h sslrootcert=system", &[]), TlsMode::VerifyFull);
    let refused = |text: &str| resolve(text, &[]).unwrap_err();
    assert_eq!(
        refused("host=h sslrootcert=system sslmode=require"),
        ConninfoError::SystemRootsNeedVerifyFull
    );
    assert!(matches!(
        refused("host=h sslmode=verify-ca"),
        ConninfoError::MissingRootCertificate(_)
    ));
    assert!(matches!(
        refused("host=h sslmode=verify-full sslrootcert=/absent"),
        ConninfoError::MissingRootCertificate(_)
    ));
    assert!(matches!(
        refused("host=h sslmode=verify"),
        ConninfoError::InvalidValue { .. }
    ));
    assert!(
        resolve_ok("host=h sslmode=require sslrootcert=/absent", &[])
            .tls
            .roots
            .is_none()
    );
    assert_eq!(
        refused("hostaddr=127.0.0.1 sslrootcert=system"),
        ConninfoError::MissingHostName("sslmode=verify-full")
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
    resolve_ok(
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
            matches!(refused, Err(ConninfoError::InvalidValue { .. })),
            "{text}"
        );
    }
    resolve_ok(
        "host=h ssl_min_protocol_version=tlsv1.3",
        &[("PGSSLMAXPROTOCOLVERSION", "TLSv1.3")],
    );
    resolve_ok("host=h ssl_min_protocol_version=TLSv1", &[]);
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
        assert!(contains_secret(text), "{text}");
    }
    for text in [
        "postgresql://u@h:5432/d",
        "host=h user=u",
        "",
        "postgresql://[::1]:5432/d",
        "postgresql://h/d?passfile=/x",
    ] {
        assert!(!contains_secret(text), "{text}");
    }
    assert!(
        ConninfoError::PasswordInArgument
            .to_string()
            .contains("PGPASSWORD")
    );
}

fn first_password(access: &ConnectOptions) -> Option<&str> {
    access
        .password(&access.endpoints[0])
        .map(|p| p.expose_secret())
}

fn write_private_file(directory: &Path, name: &str, text: &str) -> String {
    let path = directory.join(name);
    std::fs::write(&path, text).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    path.display().to_string()
}

#[test]
fn the_string_precedes_the_service_the_environment_and_the_defaults() {
    let home = tempfile::tempdir().unwrap();
    let services = "# all\n[other]\nhost=wrong\n\n[s]\nhost=service\nport=1111\ndbname=service\nuser=service\n[t]\nport=1\n";
    let file = write_private_file(home.path(), "services", services);
    let vars = [
        ("PGSERVICEFILE", file.as_str()),
        ("PGHOST", "env"),
        ("PGPORT", "2222"),
        ("PGUSER", "env"),
        ("PGDATABASE", "env"),
        ("PGCONNECT_TIMEOUT", "7"),
    ];
    let access = resolve_ok("service=s host=string", &vars);
    assert_eq!((access.host().as_str(), access.port()), ("string", 1111));
    assert_eq!((access.user(), access.database()), ("service", "service"));
    assert_eq!(access.connect_timeout, Some(Duration::from_secs(7)));
    assert_eq!(resolve_ok("", &vars).host(), "env");
    let mut with_service = vars.to_vec();
    with_service.push(("PGSERVICE", "s"));
    assert_eq!(resolve_ok("", &with_service).host(), "service");
    assert_eq!(
        resolve_ok("postgresql://?service=s", &vars).host(),
        "service"
    );
}

#[test]
fn service_files_are_searched_in_the_directories_of_libpq() {
    let home = tempfile::tempdir().unwrap();
    let system = tempfile::tempdir().unwrap();
    let (home_path, system_path) = (
        home.path().to_str().unwrap(),
        system.path().to_str().unwrap(),
    );
    write_private_file(
        home.path(),
        if cfg!(windows) {
            "unused"
        } else {
            ".pg_service.conf"
        },
        "[mine]\nhost=home\n",
    );
    write_private_file(
        system.path(),
        "pg_service.conf",
        "[mine]\nhost=system\n[ours]\nhost=system\n",
    );
    let vars = [("HOME", home_path), ("PGSYSCONFDIR", system_path)];
    #[cfg(unix)]
    assert_eq!(resolve_ok("service=mine", &vars).host(), "home");
    assert_eq!(resolve_ok("service=ours", &vars).host(), "system");
    let error = resolve("service=nobodys", &vars).unwrap_err().to_string();
    assert!(
        error.contains("nobodys") && error.contains(system_path),
        "{error}"
    );
    let bad = write_private_file(home.path(), "bad", "[s]\npassword=canary\ncanary\n");
    let error = resolve(&format!("service=s servicefile='{bad}'"), &vars).unwrap_err();
    assert!(
        error.to_string().contains("line 3") && !error.to_string().contains("canary"),
        "{error}"
    );
    assert!(matches!(
        resolve("service=s servicefile=/absent", &vars),
        Err(ConninfoError::UnusableFile { .. })
    ));
}

#[test]
fn the_password_comes_from_the_string_then_the_environment_then_the_file() {
    let home = tempfile::tempdir().unwrap();
    let file = write_private_file(
        home.path(),
        "pass",
        "h:5432:d:u:from file\nh2:*:*:*:second\n",
    );
    let vars = [("PGPASSFILE", file.as_str()), ("PGPASSWORD", "from env")];
    assert_eq!(
        first_password(&resolve_ok("postgresql://u:from%20string@h/d", &vars)),
        Some("from string")
    );
    assert_eq!(
        first_password(&resolve_ok("postgresql://u@h/d", &vars)),
        Some("from env")
    );
    let access = resolve_ok("postgresql://u@h,h2/d", &vars[..1]);
    assert_eq!(first_password(&access), Some("from file"));
    assert_eq!(first_password(&access.for_database("other")), None);
    assert_eq!(
        access
            .password(&access.endpoints[1])
            .unwrap()
            .expose_secret(),
        "second"
    );
    assert_eq!(
        first_password(&resolve_ok(
            &format!("host=h user=u dbname=d passfile='{file}'"),
            &[]
        )),
        Some("from file")
    );
}

#[test]
fn debug_output_contains_no_secret() {
    let home = tempfile::tempdir().unwrap();
    let file = write_private_file(home.path(), "pass", "*:*:*:*:canary-file\n");
    let access = resolve_ok(
        "host=h password=canary-string",
        &[("PGPASSFILE", file.as_str())],
    );
    assert!(!format!("{access:?}").contains("canary"), "{access:?}");
}
