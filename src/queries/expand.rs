//! Expands the `is_user_object(…)` and `removed_names()` macros in queries.
//!
//! `is_user_object('pg_proc', p.oid, p.pronamespace)` is the only definition of a user object. Its arguments are the
//! catalog, the OID of the object and the OID of its schema. The schema is omitted for objects without one, such as
//! casts and languages. Arguments are plain columns.
//!
//! The macro only applies to whole objects. PostgreSQL records the tables, types and functions of an extension as its
//! members, but not their indexes, triggers, columns, defaults, row types and array types. These are user objects if
//! their table is one.

use std::borrow::Cow;

use crate::reference::removed;
use crate::sql_quote::quote_literal;

const USER_OBJECT_CALL: &str = "is_user_object(";

/// An object that neither initdb nor an extension created. Both conditions are necessary: 16384 (FirstNormalObjectId)
/// excludes the objects of initdb, and `pg_depend` those of extensions.
/// The planner turns each NOT EXISTS into an anti-join, which needs one pass for any number of objects.
const OBJECT_CONDITION: &str = "(OID >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend AS member
                  WHERE member.classid = CATALOG::regclass AND member.objid = OID
                    AND member.refclassid = 'pg_extension'::regclass AND member.deptype = 'e')";

/// A schema that can contain user objects. Names with `pg_` are reserved for system and temporary schemas.
/// User objects in a schema of an extension are dumped and count. The chunks that TimescaleDB creates do not.
const SCHEMA_CONDITION: &str = "
  AND NOT EXISTS (SELECT FROM pg_namespace AS place
                  WHERE place.oid = NAMESPACE
                    AND (left(place.nspname, 3) = 'pg_' OR place.nspname IN ('information_schema', '_timescaledb_internal')))";

const REMOVED_NAMES_CALL: &str = "removed_names()";

/// An empty result, used when no row remains.
const NO_ROWS: &str = "SELECT ''::text, ''::text, ''::text WHERE false";

/// Expands every `is_user_object(…)`.
pub fn expand_user_objects(query: &str) -> Cow<'_, str> {
    let mut parts = query.split(USER_OBJECT_CALL);
    let before = parts.next().unwrap_or_default();
    let mut text = String::from(before);
    for part in parts {
        let (arguments, after) = part.split_once(')').unwrap_or((part, ""));
        text.push_str(&user_object_condition(arguments));
        text.push_str(after);
    }
    if before.len() == query.len() {
        Cow::Borrowed(query)
    } else {
        Cow::Owned(text)
    }
}

fn user_object_condition(arguments: &str) -> String {
    let mut arguments = arguments.split(',').map(str::trim);
    let (catalog, oid) = (arguments.next(), arguments.next());
    let object = OBJECT_CONDITION
        .replace("CATALOG", catalog.unwrap_or_default())
        .replace("OID", oid.unwrap_or_default());
    let schema = arguments
        .next()
        .map(|n| SCHEMA_CONDITION.replace("NAMESPACE", n));
    object + &schema.unwrap_or_default() + ")"
}

/// Expands `removed_names()` for a server of this `server_version_num`.
pub fn expand_removed_names(query: Cow<'_, str>, server_version_num: u32) -> Cow<'_, str> {
    if query.contains(REMOVED_NAMES_CALL) {
        Cow::Owned(query.replace(REMOVED_NAMES_CALL, &removed_names_sql(server_version_num)))
    } else {
        query
    }
}

fn removed_names_sql(server_version_num: u32) -> String {
    let row = |removal: &removed::Removal| {
        let (kind, name, detail) = removal.feature.key();
        format!(
            "({}, {}, {})",
            quote_literal(kind),
            quote_literal(name),
            quote_literal(detail)
        )
    };
    // Features of an extension depend on the extension's version, which does not follow from the server's version.
    let is_left = |removal: &&removed::Removal| {
        removal.extension.is_some() || removal.removed_in > server_version_num
    };
    let rows: Vec<String> = removed::all().filter(is_left).map(row).collect();
    if rows.is_empty() {
        NO_ROWS.to_owned()
    } else {
        format!("VALUES {}", rows.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_is_user_object_is_expanded() {
        let text = expand_user_objects(
            "SELECT 1 FROM pg_cast c WHERE is_user_object('pg_cast', c.oid) OR is_user_object('pg_proc', p.oid, p.pronamespace) LIMIT 2",
        );
        assert!(!text.contains("is_user_object") && text.ends_with(") LIMIT 2"));
        assert_eq!(text.matches("place.oid = p.pronamespace").count(), 1);
        assert!(text.contains("'pg_cast'::regclass AND member.objid = c.oid"));
        assert_eq!(text.matches('(').count(), text.matches(')').count());
        assert_eq!(expand_user_objects("SELECT 1"), "SELECT 1");
    }

    #[test]
    fn removed_names_is_expanded_into_rows() {
        let query = "WITH gone(kind, name, detail) AS (removed_names()) SELECT 1";
        let text = expand_removed_names(Cow::Borrowed(query), 90_500);
        assert!(text.contains("('column', 'pg_stat_activity', 'waiting')"));
        assert!(text.contains("('operator', '!', 'int8,')"));
        assert_eq!(
            expand_removed_names(Cow::Borrowed("SELECT 1"), 90_500),
            "SELECT 1"
        );
    }

    #[test]
    fn features_that_the_server_no_longer_has_are_left_out() {
        let of = |version| removed_names_sql(version);
        assert!(of(130_000).contains("('operator', '!', 'int8,')"));
        assert!(!of(140_005).contains("('operator', '!', 'int8,')"));
        assert!(of(140_005).contains("('column', 'pg_stat_statements', 'total_time')"));
        assert_ne!(of(999_999), NO_ROWS, "extensions' columns are always left");
    }
}
