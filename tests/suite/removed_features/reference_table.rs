//! `reference::removed` against the catalogs of PostgreSQL 10 to 18. Each entry exists in one major version and not in
//! the next. Everything that disappears between two major versions has an entry.

use std::collections::{BTreeMap, BTreeSet};

use flexready::reference::removed::{self, Removal, RemovedFeature};

use crate::support::pg::{self, SqlSession};

const EXTENSIONS: [&str; 5] = ["pg_stat_statements", "cube", "hstore", "intarray", "seg"];

/// Names that only C code or files of the server can use, and names that were removed with a type in the table.
const IGNORED_NAMES: &[&str] = &[
    "abstime",
    "reltime",
    "tinterval",
    "tintervalin",
    "tintervalout",
    "tintervalrecv",
    "tintervalsend",
    "abstimein",
    "abstimeout",
    "abstimerecv",
    "abstimesend",
    "reltimein",
    "reltimeout",
    "reltimerecv",
    "reltimesend",
    "opaque_in",
    "opaque_out",
    "smgr",
    "smgreq",
    "smgrin",
    "smgrne",
    "smgrout",
    "interval_transform",
    "numeric_transform",
    "time_transform",
    "timestamp_izone_transform",
    "timestamp_transform",
    "timestamp_zone_transform",
    "varbit_transform",
    "varchar_transform",
    "binary_upgrade_set_next_toast_pg_type_oid",
];

/// The names on a server, by kind.
type CatalogNames = BTreeMap<&'static str, BTreeSet<String>>;

const QUERIES: [(&str, &str); 5] = [
    (
        "column",
        "SELECT c.relname || '.' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid \
        WHERE c.relkind IN ('r', 'v') AND a.attnum > 0 AND NOT a.attisdropped",
    ),
    (
        "relation",
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'v')",
    ),
    (
        "type",
        "SELECT typname FROM pg_type WHERE typrelid = 0 AND typelem = 0",
    ),
    (
        "function",
        "SELECT proname || '(' || oidvectortypes(proargtypes) || ')' FROM pg_proc WHERE pronamespace = 11",
    ),
    (
        "operator",
        "SELECT concat(o.oprname, ' ', l.typname, ',', r.typname) FROM pg_operator o \
        LEFT JOIN pg_type l ON l.oid = oprleft LEFT JOIN pg_type r ON r.oid = oprright",
    ),
];

/// Opens a session in a database with the extensions in the table, at the versions of that major version.
fn session_with_extensions(major: u32) -> SqlSession {
    let server = pg::server(major);
    let session = server.open_session(&server.create_database("removed_table"));
    for extension in EXTENSIONS {
        session.run(&format!("CREATE EXTENSION {extension}"));
    }
    session
}

fn catalog_names(session: &SqlSession) -> CatalogNames {
    let of = |query| {
        session
            .query(query)
            .into_iter()
            .filter_map(|mut row| row.remove(0))
            .collect()
    };
    QUERIES
        .iter()
        .map(|(kind, query)| (*kind, of(query)))
        .collect()
}

fn exists(what: RemovedFeature, names: &CatalogNames, session: &SqlSession) -> bool {
    let has = |kind, name: &str| names[kind].contains(name);
    match what {
        RemovedFeature::Type("unknown") => {
            session.try_query("CREATE TEMP TABLE u (u unknown)").is_ok()
        }
        RemovedFeature::Type(name) => has("type", name),
        RemovedFeature::Function(name, None) | RemovedFeature::Call(name) => names["function"]
            .iter()
            .any(|f| f.split('(').next() == Some(name)),
        RemovedFeature::Function(name, Some(arguments)) => {
            has("function", &format!("{name}({arguments})"))
        }
        RemovedFeature::Operator(name, operands) => has("operator", &format!("{name} {operands}")),
        RemovedFeature::Column(relation, column) => has("column", &format!("{relation}.{column}")),
        RemovedFeature::Relation(name) => has("relation", name),
        RemovedFeature::Parameter(name) => session.try_query(&format!("SHOW {name}")).is_ok(),
        RemovedFeature::Definition(name) => session.try_query(&definition(name)).is_ok(),
    }
}

/// The statements of a definition, in a transaction that is rolled back.
fn definition(name: &str) -> String {
    let statements = match name {
        "an operator named `=>`" => {
            "CREATE OPERATOR public.=> (LEFTARG = int, RIGHTARG = int, PROCEDURE = int4pl)"
        }
        "a postfix operator" => "CREATE OPERATOR public.!! (LEFTARG = int8, PROCEDURE = int8up)",
        "an aggregate or operator of an array function with `anyarray`" => {
            "CREATE AGGREGATE public.gather (anyelement) (SFUNC = array_append, STYPE = anyarray, INITCOND = '{}')"
        }
        "an encoding conversion with a function of five arguments" => {
            "CREATE FUNCTION public.convert (int, int, cstring, internal, int) RETURNS void LANGUAGE c STRICT AS '$libdir/utf8_and_iso8859_1', 'iso8859_1_to_utf8'; \
             CREATE CONVERSION public.c FOR 'LATIN1' TO 'UTF8' FROM public.convert"
        }
        other => panic!("no test knows {other}"),
    };
    format!("BEGIN; {statements}; ROLLBACK")
}

#[test]
fn every_entry_of_the_table_exists_until_it_is_removed() {
    for major in pg::majors() {
        let session = session_with_extensions(major);
        let names = catalog_names(&session);
        for removal in removed::all() {
            let Removal {
                removed_in: gone,
                feature: what,
                ..
            } = removal;
            let gone = gone / 10_000;
            let is_there = exists(*what, &names, &session);
            let _ = session.try_query("ROLLBACK");
            if major >= gone {
                assert!(!is_there, "{what} is gone in {gone}, and {major} has it");
            }
            if major + 1 == gone {
                assert!(is_there, "{what} is gone in {gone}, and {major} has it not");
            }
        }
    }
}

/// Returns whether the table has an entry for this name.
fn has_entry(kind: &str, name: &str) -> bool {
    removed::all().any(|r| match r.feature {
        RemovedFeature::Column(relation, column) => {
            kind == "column" && name == format!("{relation}.{column}")
        }
        RemovedFeature::Relation(relation) => {
            name == relation || (kind == "column" && name.split('.').next() == Some(relation))
        }
        RemovedFeature::Type(removed) => kind == "type" && name == removed,
        RemovedFeature::Function(removed, _) | RemovedFeature::Call(removed) => {
            kind == "function" && name == removed
        }
        RemovedFeature::Operator(removed, operands) => {
            kind == "operator" && name == format!("{removed} {operands}")
        }
        RemovedFeature::Parameter(_) | RemovedFeature::Definition(_) => false,
    })
}

fn is_ignored(kind: &str, name: &str) -> bool {
    let of_time = ["abstime", "reltime", "tinterval"];
    match kind {
        // The same operator exists with more general polymorphic types
        "operator" => of_time.iter().any(|t| name.contains(t)) || name.starts_with("|| any"),
        "function" => {
            IGNORED_NAMES.contains(&name)
                || of_time
                    .iter()
                    .any(|t| name.strip_prefix("bt").unwrap_or(name).starts_with(t))
        }
        "type" => name == "smgr",
        _ => false,
    }
}

#[test]
fn everything_that_disappears_is_in_the_table() {
    let mut before: Option<CatalogNames> = None;
    let mut without_entry = Vec::new();
    for major in pg::majors() {
        let mut now = catalog_names(&session_with_extensions(major));
        let functions = now["function"]
            .iter()
            .map(|f| f.split('(').next().unwrap().to_owned())
            .collect();
        now.insert("function", functions);
        for (kind, names) in before.iter().flatten() {
            let lost = names
                .difference(&now[kind])
                .filter(|n| !has_entry(kind, n) && !is_ignored(kind, n));
            without_entry.extend(lost.map(|n| format!("{kind} {n}, gone in {major}")));
        }
        before = Some(now);
    }
    assert!(without_entry.is_empty(), "{}", without_entry.join("\n"));
}
