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
    ("network-runtime-missing", &[ServiceError(603000)]),
    ("nsg-blocks-source", &[ServiceError(603000)]),
    ("source-port-unusual", &[AzureMigrate("ports")]),
    ("source-ipv6-only", &[AzureMigrate("ipv6")]),
    (
        "source-tls-off",
        &[ServiceError(603001), AzureMigrate("tls")],
    ),
    ("source-listens-locally", &[ServiceError(603000)]),
    ("source-hba-rejects-target", &[ServiceError(603000)]),
    ("source-host-not-an-address", &[ServiceError(603000)]),
    ("source-address-unroutable", &[ServiceError(603000)]),
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
        "user-defined-collation",
        &[ServiceError(603403), AzureMigrate("collations")],
    ),
    (
        "collation-missing",
        &[
            ServiceError(603401),
            ServiceError(603402),
            AzureMigrate("collations"),
        ],
    ),
    ("encoding-risky", &[AzureMigrate("encodings")]),
    (
        "language-not-available",
        &[
            ServiceError(603413),
            ServiceError(603405),
            AzureMigrate("language"),
        ],
    ),
    (
        "user-defined-cast",
        &[ServiceError(603409), AzureMigrate("casts")],
    ),
    ("base-type", &[AzureMigrate("types")]),
    ("text-search-parser", &[AzureMigrate("fts")]),
    (
        "tables-with-oids",
        &[ServiceError(603404), AzureMigrate("oids")],
    ),
    ("custom-tablespace", &[AzureMigrate("tablespaces")]),
    ("file-access-function", &[AzureMigrate("files")]),
    ("wal-level-not-logical", &[ServiceError(603107)]),
    ("replication-slots-short", &[ServiceError(603105)]),
    ("wal-senders-short", &[ServiceError(603106)]),
];
