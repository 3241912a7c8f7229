use std::collections::HashMap;
use std::path::Path;

use secrecy::ExposeSecret;

use super::*;

/// Resolves in an environment of exactly these variables, beside USER=os.
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

fn password(access: &Access) -> Option<&str> {
    access
        .password(&access.endpoints[0])
        .map(|p| p.expose_secret())
}

fn write(directory: &Path, name: &str, text: &str) -> String {
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
fn defaults() {
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
fn string_before_service_before_environment_before_defaults() {
    let home = tempfile::tempdir().unwrap();
    let services = "# all\n[other]\nhost=wrong\n\n[s]\nhost=service\nport=1111\ndbname=service\nuser=service\n[t]\nport=1\n";
    let file = write(home.path(), "services", services);
    let vars = [
        ("PGSERVICEFILE", file.as_str()),
        ("PGHOST", "env"),
        ("PGPORT", "2222"),
        ("PGUSER", "env"),
        ("PGDATABASE", "env"),
        ("PGCONNECT_TIMEOUT", "7"),
    ];
    let access = ok("service=s host=string", &vars);
    assert_eq!((access.host().as_str(), access.port()), ("string", 1111));
    assert_eq!((access.user(), access.database()), ("service", "service"));
    assert_eq!(access.connect_timeout, Some(Duration::from_secs(7)));
    assert_eq!(ok("", &vars).host(), "env");
    let mut with_service = vars.to_vec();
    with_service.push(("PGSERVICE", "s"));
    assert_eq!(ok("", &with_service).host(), "service");
    assert_eq!(ok("postgresql://?service=s", &vars).host(), "service");
}

#[test]
fn service_files_are_looked_for_where_libpq_does() {
    let home = tempfile::tempdir().unwrap();
    let system = tempfile::tempdir().unwrap();
    let (home_path, system_path) = (
        home.path().to_str().unwrap(),
        system.path().to_str().unwrap(),
    );
    write(
        home.path(),
        if cfg!(windows) {
            "unused"
        } else {
            ".pg_service.conf"
        },
        "[mine]\nhost=home\n",
    );
    write(
        system.path(),
        "pg_service.conf",
        "[mine]\nhost=system\n[ours]\nhost=system\n",
    );
    let vars = [("HOME", home_path), ("PGSYSCONFDIR", system_path)];
    #[cfg(unix)]
    assert_eq!(ok("service=mine", &vars).host(), "home");
    assert_eq!(ok("service=ours", &vars).host(), "system");
    let error = resolve("service=nobodys", &vars).unwrap_err().to_string();
    assert!(
        error.contains("nobodys") && error.contains(system_path),
        "{error}"
    );
    let bad = write(home.path(), "bad", "[s]\npassword=canary\ncanary\n");
    let error = resolve(&format!("service=s servicefile='{bad}'"), &vars).unwrap_err();
    assert!(
        error.to_string().contains("line 3") && !error.to_string().contains("canary"),
        "{error}"
    );
    assert!(matches!(
        resolve("service=s servicefile=/absent", &vars),
        Err(ConninfoError::File { .. })
    ));
}

#[test]
fn the_password_comes_from_string_then_environment_then_file() {
    let home = tempfile::tempdir().unwrap();
    let file = write(
        home.path(),
        "pass",
        "h:5432:d:u:from file\nh2:*:*:*:second\n",
    );
    let vars = [("PGPASSFILE", file.as_str()), ("PGPASSWORD", "from env")];
    assert_eq!(
        password(&ok("postgresql://u:from%20string@h/d", &vars)),
        Some("from string")
    );
    assert_eq!(password(&ok("postgresql://u@h/d", &vars)), Some("from env"));
    let access = ok("postgresql://u@h,h2/d", &vars[..1]);
    assert_eq!(password(&access), Some("from file"));
    assert_eq!(password(&access.for_database("other")), None);
    assert_eq!(
        access
            .password(&access.endpoints[1])
            .unwrap()
            .expose_secret(),
        "second"
    );
    assert_eq!(
        password(&ok(
            &format!("host=h user=u dbname=d passfile='{file}'"),
            &[]
        )),
        Some("from file")
    );
}

#[test]
fn hosts_addresses_and_ports() {
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
fn the_six_modes_and_their_root_certificates() {
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
fn what_would_weaken_the_connection_is_refused_the_rest_accepted() {
    assert!(matches!(
        resolve("host=h gssencmode=require", &[]),
        Err(ConninfoError::Unsupported(_))
    ));
    assert!(matches!(
        resolve("host=h require_auth=md5", &[]),
        Err(ConninfoError::Unsupported(_))
    ));
    ok(
        "host=h gssencmode=prefer krbsrvname=p client_encoding=LATIN1 application_name=a keepalives=1 \
         keepalives_idle=5 sslcompression=0 sslcrl=x requirepeer=p load_balance_hosts=random \
         target_session_attrs=prefer-standby channel_binding=require connect_timeout=-1",
        &[],
    );
}

#[test]
fn a_password_in_an_argument_is_seen() {
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

#[test]
fn debug_shows_no_secret() {
    let home = tempfile::tempdir().unwrap();
    let file = write(home.path(), "pass", "*:*:*:*:canary-file\n");
    let access = ok(
        "host=h password=canary-string",
        &[("PGPASSFILE", file.as_str())],
    );
    assert!(!format!("{access:?}").contains("canary"), "{access:?}");
}
