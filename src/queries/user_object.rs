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

const CALL: &str = "is_user_object(";

/// An object that neither initdb nor an extension created. Both conditions are necessary: 16384 (FirstNormalObjectId)
/// excludes the objects of initdb, and `pg_depend` those of extensions.
/// The planner turns each NOT EXISTS into an anti-join, which needs one pass for any number of objects.
const OBJECT: &str = "(OID >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend AS member
                  WHERE member.classid = CATALOG::regclass AND member.objid = OID
                    AND member.refclassid = 'pg_extension'::regclass AND member.deptype = 'e')";

/// A schema that can contain user objects. Names with `pg_` are reserved for system and temporary schemas.
/// User objects in a schema of an extension are dumped and count. The chunks that TimescaleDB creates do not.
const SCHEMA: &str = "
  AND NOT EXISTS (SELECT FROM pg_namespace AS place
                  WHERE place.oid = NAMESPACE
                    AND (left(place.nspname, 3) = 'pg_' OR place.nspname IN ('information_schema', '_timescaledb_internal')))";

/// Expands every `is_user_object(…)`.
pub fn expand(query: &str) -> Cow<'_, str> {
    let mut parts = query.split(CALL);
    let before = parts.next().unwrap_or_default();
    let mut text = String::from(before);
    for part in parts {
        let (arguments, after) = part.split_once(')').unwrap_or((part, ""));
        text.push_str(&condition(arguments));
        text.push_str(after);
    }
    match before.len() == query.len() {
        true => Cow::Borrowed(query),
        false => Cow::Owned(text),
    }
}

fn condition(arguments: &str) -> String {
    let mut arguments = arguments.split(',').map(str::trim);
    let (catalog, oid) = (arguments.next(), arguments.next());
    let object = OBJECT
        .replace("CATALOG", catalog.unwrap_or_default())
        .replace("OID", oid.unwrap_or_default());
    let schema = arguments.next().map(|n| SCHEMA.replace("NAMESPACE", n));
    object + &schema.unwrap_or_default() + ")"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_is_user_object_is_expanded() {
        let text = expand(
            "SELECT 1 FROM pg_cast c WHERE is_user_object('pg_cast', c.oid) OR is_user_object('pg_proc', p.oid, p.pronamespace) LIMIT 2",
        );
        assert!(!text.contains("is_user_object") && text.ends_with(") LIMIT 2"));
        assert_eq!(text.matches("place.oid = p.pronamespace").count(), 1);
        assert!(text.contains("'pg_cast'::regclass AND member.objid = c.oid"));
        assert_eq!(text.matches('(').count(), text.matches(')').count());
        assert_eq!(expand("SELECT 1"), "SELECT 1");
    }
}
