//! End of Azure's support for each major version of PostgreSQL on a flexible server.
//! As of 2026-01-20: <https://learn.microsoft.com/azure/postgresql/configure-maintain/concepts-version-policy>

use time::macros::date;
use time::{Date, Duration};

/// Date of the table.
pub const AS_OF: &str = "2026-01-20";

/// Support dates of one major version.
pub struct Support {
    pub major: u32,
    /// Last day of standard support.
    pub standard: Date,
    /// A different last day of standard support, in another table of the same page.
    pub disputed: Option<Date>,
    /// Last day of paid extended support, if it is offered.
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

/// Returns the support dates of a major version. `None` if the version is older or newer than the table.
pub fn support(major: u32) -> Option<&'static Support> {
    ALL.iter().find(|s| s.major == major)
}

/// Standard support that ends within this period counts as about to end.
const SOON: Duration = Duration::days(180);

/// Whether standard support has ended or is about to end. Also true for versions older than any that Azure supports.
pub fn is_retiring(major: u32, today: Date) -> bool {
    support(major).map_or(major < OLDEST, |s| s.standard < today + SOON)
}

/// Returns the major version to propose for a target whose support ends, or that is older than its source.
/// It is the newest version up to 17 with long enough standard support, and never older than the source.
/// 17 has been available for more than a year.
pub fn proposed(source: u32, today: Date) -> u32 {
    let newest = source.max(17);
    let supported = |m: &u32| support(*m).is_some_and(|s| s.standard >= today + SOON);
    let mut all = (source.max(OLDEST)..=newest).filter(supported);
    all.next_back().unwrap_or(newest)
}

/// The oldest major version that ever had extended support in Azure.
pub const OLDEST: u32 = 11;
