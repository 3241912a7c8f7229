//! Tests of service files, password files, and precedence.

use std::path::Path;

use secrecy::ExposeSecret;

use super::*;

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
fn the_string_precedes_the_service_the_environment_and_the_defaults() {
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
fn service_files_are_searched_in_the_directories_of_libpq() {
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
fn the_password_comes_from_the_string_then_the_environment_then_the_file() {
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
fn debug_output_contains_no_secret() {
    let home = tempfile::tempdir().unwrap();
    let file = write(home.path(), "pass", "*:*:*:*:canary-file\n");
    let access = ok(
        "host=h password=canary-string",
        &[("PGPASSFILE", file.as_str())],
    );
    assert!(!format!("{access:?}").contains("canary"), "{access:?}");
}
