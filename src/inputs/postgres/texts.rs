//! Selects the variant of a query for a server version.

use std::borrow::Cow;

use super::refusal::refusal;
use crate::queries::Query;
use crate::question::{Answer, RefusalKind};

/// Returns the SQL of `query` for a server of this `server_version_num`.
///
/// # Errors
/// [`FailureKind::Unsupported`] if the query does not exist or the server is too old for it.
pub(super) fn text(
    queries: &'static [Query],
    query: &str,
    version_num: u32,
) -> Result<Cow<'static, str>, Answer> {
    let unsupported = |message: String| Answer::from(refusal(RefusalKind::Unsupported, message));
    let found = queries
        .iter()
        .find(|q| q.name == query)
        .ok_or_else(|| unsupported(format!("there is no query `{query}`")))?;
    found.text(version_num).ok_or_else(|| {
        let (since, server) = (release(found.since()), release(version_num));
        unsupported(format!("needs PostgreSQL {since}, the server is {server}"))
    })
}

/// Formats a `server_version_num` as a major version: `90600` as 9.6, `110000` as 11. The numbering changed with 10.
fn release(version_num: u32) -> String {
    match version_num {
        0..100_000 => format!("{}.{}", version_num / 10_000, version_num / 100 % 100),
        _ => (version_num / 10_000).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queries;

    #[test]
    fn the_failure_for_an_old_server_names_the_required_version() {
        let Err(Answer::Refused(refusal)) = text(queries::ALL, "identity", 90_320) else {
            panic!("identity is from 9.4")
        };
        assert_eq!(refusal.kind, RefusalKind::Unsupported);
        assert_eq!(refusal.message, "needs PostgreSQL 9.4, the server is 9.3");
        assert!(text(queries::ALL, "identity", 180_000).is_ok());
        assert_eq!(release(110_022), "11");
    }
}
