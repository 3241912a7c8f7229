//! Checks that are decided on and not written yet, with the official rules that they will stand for, so that the coverage
//! table can tell "not yet" from "not at all". As of 2026-11-22. Whoever adds one of these checks takes out its line here.

use super::Official::{self, AzureMigrate, ServiceError};

/// Ids and what they will stand for, in the order of the report.
pub const PLANNED: &[(&str, &[Official])] = &[
    ("target-entra-only", &[ServiceError(603100)]),
    (
        "target-database-exists",
        &[
            ServiceError(603101),
            ServiceError(603111),
            ServiceError(603117),
            ServiceError(603700),
        ],
    ),
    ("superuser-owned-objects", &[AzureMigrate("superuser")]),
    ("system-catalog-grants", &[ServiceError(603410)]),
    ("source-user-cannot-read", &[ServiceError(603110)]),
    ("replication-right-missing", &[ServiceError(603104)]),
    ("entra-roles-missing", &[ServiceError(603103)]),
    (
        "target-user-lacks-rights",
        &[
            ServiceError(603111),
            ServiceError(603115),
            ServiceError(603116),
            ServiceError(603117),
            ServiceError(603706),
            ServiceError(603708),
        ],
    ),
    (
        "tables-with-oids",
        &[ServiceError(603404), AzureMigrate("oids")],
    ),
];
