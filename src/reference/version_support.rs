//! End of Azure's support for each major version of PostgreSQL on a flexible server.
//! As of 2026-01-20: <https://learn.microsoft.com/azure/postgresql/configure-maintain/concepts-version-policy>

use time::macros::date;
use time::{Date, Duration};

/// Date of the table.
pub const AS_OF: &str = "2026-01-20";

/// Support dates of one major version.
pub struct VersionSupport {
    pub major: u32,
    /// Last day of standard support.
    pub standard_end: Date,
    /// A different last day of standard support, in another table of the same page.
    pub disputed_end: Option<Date>,
    /// Last day of paid extended support, if it is offered.
    pub extended_end: Option<Date>,
}

const ALL: &[VersionSupport] = &[
    VersionSupport {
        major: 11,
        standard_end: date!(2026 - 03 - 31),
        disputed_end: None,
        extended_end: Some(date!(2026 - 11 - 08)),
    },
    VersionSupport {
        major: 12,
        standard_end: date!(2026 - 03 - 31),
        disputed_end: None,
        extended_end: Some(date!(2027 - 11 - 13)),
    },
    VersionSupport {
        major: 13,
        standard_end: date!(2026 - 03 - 31),
        disputed_end: None,
        extended_end: Some(date!(2028 - 11 - 12)),
    },
    VersionSupport {
        major: 14,
        standard_end: date!(2026 - 11 - 12),
        disputed_end: Some(date!(2026 - 12 - 11)),
        extended_end: Some(date!(2029 - 11 - 11)),
    },
    VersionSupport {
        major: 15,
        standard_end: date!(2027 - 11 - 11),
        disputed_end: None,
        extended_end: None,
    },
    VersionSupport {
        major: 16,
        standard_end: date!(2028 - 11 - 09),
        disputed_end: None,
        extended_end: None,
    },
    VersionSupport {
        major: 17,
        standard_end: date!(2029 - 11 - 08),
        disputed_end: None,
        extended_end: None,
    },
    VersionSupport {
        major: 18,
        standard_end: date!(2030 - 11 - 14),
        disputed_end: None,
        extended_end: None,
    },
];

/// Returns the support dates of a major version. `None` if the version is older or newer than the table.
pub fn version_support(major: u32) -> Option<&'static VersionSupport> {
    ALL.iter().find(|s| s.major == major)
}

/// Standard support that ends within this period counts as about to end.
const RETIREMENT_NOTICE: Duration = Duration::days(180);

/// Whether standard support has ended or is about to end. Also true for versions older than any that Azure supports.
pub fn is_retiring(major: u32, today: Date) -> bool {
    version_support(major).map_or(major < OLDEST_MAJOR, |s| {
        s.standard_end < today + RETIREMENT_NOTICE
    })
}

/// Returns the major version to propose for a target whose support ends, or that is older than its source.
/// It is the newest version up to 17 with long enough standard support, and never older than the source.
/// 17 has been available for more than a year.
pub fn proposed_major(source: u32, today: Date) -> u32 {
    let newest = source.max(17);
    let supported =
        |m: &u32| version_support(*m).is_some_and(|s| s.standard_end >= today + RETIREMENT_NOTICE);
    let mut all = (source.max(OLDEST_MAJOR)..=newest).filter(supported);
    all.next_back().unwrap_or(newest)
}

/// The oldest major version that ever had extended support in Azure.
pub const OLDEST_MAJOR: u32 = 11;
