//! Until when Azure supports each major version of PostgreSQL on a flexible server.
//! As of 2026-01-20: <https://learn.microsoft.com/azure/postgresql/configure-maintain/concepts-version-policy>

use time::Date;
use time::macros::date;

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

/// The least major that Azure ever offered longer support for.
pub const OLDEST: u32 = 11;
