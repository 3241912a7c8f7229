//! What a user object is: written once, for every query that asks for one.
//!
//! A query file writes `is_user_object('pg_proc', p.oid, p.pronamespace)`: the catalog's name, the object's oid, and its
//! schema's oid where it lies in one (a cast or a language does not); it is no function of the server but replaced by
//! the condition below before the query is sent. Arguments are plain columns.
//!
//! Only whole objects are asked for: PostgreSQL notes an extension's tables, types and functions as its members, but not
//! what comes with them (indexes, triggers, columns, defaults, row and array types). Those are a user's when their table is.

use std::borrow::Cow;

const CALL: &str = "is_user_object(";

/// Neither initdb's nor an extension's. The oid alone would take an extension's objects for the user's, the extension alone
/// what initdb made. 16384 is FirstNormalObjectId; names with `pg_` are reserved for system and temporary schemas.
/// What users make in a schema of an extension's is theirs, and dumped. Not so the chunks that TimescaleDB makes by itself,
/// with what their table has.
/// Each half is a NOT EXISTS, which the planner makes an anti-join of: one pass however many objects there are.
const OBJECT: &str = "(OID >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend AS member
                  WHERE member.classid = CATALOG::regclass AND member.objid = OID
                    AND member.refclassid = 'pg_extension'::regclass AND member.deptype = 'e')";

const SCHEMA: &str = "
  AND NOT EXISTS (SELECT FROM pg_namespace AS place
                  WHERE place.oid = NAMESPACE
                    AND (left(place.nspname, 3) = 'pg_' OR place.nspname IN ('information_schema', '_timescaledb_internal')))";

/// A query's text with every `is_user_object(…)` written out.
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
    fn every_call_is_written_out() {
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
