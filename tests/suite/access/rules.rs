//! Compares the checks with PostgreSQL itself: it refuses what they report and allows what they do not report.

use std::thread;

use super::seeded_server;
use crate::support::pg::{PgServer, SqlSession};

/// Connects to `shop` as `shop_owner`.
fn connect_as_owner(server: &PgServer) -> SqlSession {
    let conninfo = format!(
        "host={} port={} user=shop_owner dbname=shop",
        server.host(),
        server.port()
    );
    SqlSession::open(&conninfo)
}

#[test]
fn postgresql_refuses_what_is_reported_and_allows_the_rest() {
    thread::scope(|scope| {
        for major in [10, 13, 15, 16, 18] {
            scope.spawn(move || assert_owner_privileges(&seeded_server(major)));
        }
    });
}

fn assert_owner_privileges(server: &PgServer) {
    let major = server.major();
    let owner = connect_as_owner(server);
    let refused = [
        "COPY private.plans TO STDOUT",
        "COPY public.part_config TO STDOUT",
        "COPY public.\"Other's\" TO STDOUT",
        "SELECT last_value FROM public.\"Other's_id_seq\"",
        "SET row_security = off; SELECT * FROM public.tenants",
        "SET row_security = off; SELECT * FROM public.forced",
        "SELECT lo_get(4711)",
        "ALTER DEFAULT PRIVILEGES FOR ROLE other GRANT SELECT ON TABLES TO app",
        "ALTER DEFAULT PRIVILEGES FOR ROLE dba GRANT SELECT ON TABLES TO app",
    ];
    for sql in refused {
        let outcome = owner.try_query(sql);
        assert!(outcome.is_err(), "{sql} on {major}");
    }
    let allowed = [
        "SET row_security = off; SELECT * FROM public.friends",
        "SELECT * FROM public.granted",
        "SELECT last_value FROM extra.audit_id_seq",
        "SELECT lo_get(4712)",
        "SELECT lo_get(4713)",
        "ALTER DEFAULT PRIVILEGES FOR ROLE friend GRANT SELECT ON TABLES TO app",
    ];
    for sql in allowed {
        let outcome = owner.try_query(sql);
        assert!(outcome.is_ok(), "{sql} on {major}: {outcome:?}");
    }
    assert_membership_without_inherit_is_reported(server, &owner);
}

/// A membership without INHERIT does not give privileges by itself. INHERIT belongs to the role up to 15 and to the
/// grant since 16.
fn assert_membership_without_inherit_is_reported(server: &PgServer, owner: &SqlSession) {
    let major = server.major();
    match major {
        16.. => server.run(
            "postgres",
            "REVOKE friend FROM shop_owner; GRANT friend TO shop_owner WITH INHERIT FALSE",
        ),
        _ => server.run("postgres", "ALTER ROLE shop_owner NOINHERIT"),
    }
    for sql in ["SELECT * FROM public.friends", "SELECT lo_get(4713)"] {
        assert!(owner.try_query(sql).is_err(), "{sql} on {major}");
    }
    let run = super::check_database(server, "postgres", "shop");
    let rows = super::finding_objects(&run, "row-security-stops-copy");
    assert!(
        rows.contains(&"shop/table/public.friends".to_owned()),
        "{rows:?} on {major}"
    );
    let fixes = super::finding_fixes(&run, "row-security-stops-copy", "shop/table/public.friends");
    let unreadable = super::finding_objects(&run, "source-user-cannot-read");
    assert!(
        unreadable.contains(&"shop/large-objects/friend".to_owned()),
        "{unreadable:?} on {major}"
    );
    let default = super::finding_objects(&run, "default-privileges-of-others");
    let is_reported = default.contains(&"shop/default-privileges/friend".to_owned());
    let sql = "ALTER DEFAULT PRIVILEGES FOR ROLE friend GRANT SELECT ON TABLES TO app";
    assert_eq!(
        is_reported,
        owner.try_query(sql).is_err(),
        "default privileges on {major}"
    );
    // The fix grants the missing privileges, although the membership existed before.
    for fix in fixes {
        server.run("postgres", &fix);
    }
    let outcome = owner.try_query("SET row_security = off; SELECT * FROM public.friends");
    assert!(outcome.is_ok(), "on {major}: {outcome:?}");
}
