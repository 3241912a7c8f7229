//! Until when Azure supports each major version of PostgreSQL on a flexible server.
//! As of 2026-01-20: <https://learn.microsoft.com/azure/postgresql/configure-maintain/concepts-version-policy>

use time::macros::date;
use time::{Date, Duration};

/// As of when this table holds.
pub const AS_OF: &str = "2026-01-20";

/// The support of one major version.
pub struct Support {
    pub major: u32,
    /// The last day of standard support.
    pub standard: Date,
    /// The last day that another table of the same page gives.
    pub disputed: Option<Date>,
    /// The last day of support that is paid for, where it can be had.
    pub extended: Option<Date>,
}

const ALL: &[Support] = &[
    Support {
        major: 11,
        standard: date!(2026 - 03 - 31),
        disputed: None,
        extended: Some(date!(2026 - 11 - 08)),
    },
    Support {
        major: 12,
        standard: date!(2026 - 03 - 31),
        disputed: None,
        extended: Some(date!(2027 - 11 - 13)),
    },
    Support {
        major: 13,
        standard: date!(2026 - 03 - 31),
        disputed: None,
        extended: Some(date!(2028 - 11 - 12)),
    },
    Support {
        major: 14,
        standard: date!(2026 - 11 - 12),
        disputed: Some(date!(2026 - 12 - 11)),
        extended: Some(date!(2029 - 11 - 11)),
    },
    Support {
        major: 15,
        standard: date!(2027 - 11 - 11),
        disputed: None,
        extended: None,
    },
    Support {
        major: 16,
        standard: date!(2028 - 11 - 09),
        disputed: None,
        extended: None,
    },
    Support {
        major: 17,
        standard: date!(2029 - 11 - 08),
        disputed: None,
        extended: None,
    },
    Support {
        major: 18,
        standard: date!(2030 - 11 - 14),
        disputed: None,
        extended: None,
    },
];

/// The support of this major; `None` for one that the table does not know, be it older or newer.
pub fn support(major: u32) -> Option<&'static Support> {
    ALL.iter().find(|s| s.major == major)
}

/// Standard support that ends sooner than this is about to end.
const SOON: Duration = Duration::days(180);

/// Whether standard support of a major has ended, or is about to; of a major older than any that Azure supports, too.
pub fn is_retiring(major: u32, today: Date) -> bool {
    support(major).map_or(major < OLDEST, |s| s.standard < today + SOON)
}

/// The major to propose for a target that is retiring, or older than its source: the newest that is supported for long and
/// known for a year, and not older than the source.
pub fn proposed(source: u32, today: Date) -> u32 {
    let newest = source.max(17);
    let supported = |m: &u32| support(*m).is_some_and(|s| s.standard >= today + SOON);
    let mut all = (source.max(OLDEST)..=newest).filter(supported);
    all.next_back().unwrap_or(newest)
}

/// The least major that Azure ever offered longer support for.
pub const OLDEST: u32 = 11;
