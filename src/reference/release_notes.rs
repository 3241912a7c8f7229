//! Changes of each major version that affect a dump, a restore or the first queries after it. As of 2026-11.
//! This is flexready's own summary. The release notes are authoritative.

/// A major version.
pub struct MajorRelease {
    pub name: &'static str,
    /// Minimum `server_version_num`.
    min_version_num: u32,
    /// The most likely incompatibilities.
    pub incompatibilities: &'static str,
}

impl MajorRelease {
    /// Returns the URL of the release notes.
    pub fn notes_url(&self) -> String {
        format!("https://www.postgresql.org/docs/release/{}.0/", self.name)
    }
}

const ALL: &[MajorRelease] = &[
    MajorRelease {
        name: "9.6",
        min_version_num: 90600,
        incompatibilities: "`pg_stat_activity.waiting` is gone; full-text queries parse phrases",
    },
    MajorRelease {
        name: "10",
        min_version_num: 100000,
        incompatibilities: "functions and directories with `xlog` are named `wal`; columns of type `unknown` and floating-point timestamps are gone; set-returning functions in `CASE` are refused",
    },
    MajorRelease {
        name: "11",
        min_version_num: 110000,
        incompatibilities: "`pg_proc.proisagg` became `prokind`; `pg_dumpall --globals-only` no longer carries database settings",
    },
    MajorRelease {
        name: "12",
        min_version_num: 120000,
        incompatibilities: "tables WITH OIDS and the types `abstime`, `reltime`, `tinterval` are gone; `pg_attrdef.adsrc` and `pg_constraint.consrc` too; floating-point numbers print shortest-exact",
    },
    MajorRelease {
        name: "13",
        min_version_num: 130000,
        incompatibilities: "`pg_stat_statements.total_time` was split; functions of type `opaque` are refused; `wal_keep_segments` became `wal_keep_size`",
    },
    MajorRelease {
        name: "14",
        min_version_num: 140000,
        incompatibilities: "postfix operators and `!` are gone; array functions take `anycompatiblearray`, so user aggregates over `anyarray` fail; `EXTRACT` returns `numeric`; passwords default to SCRAM",
    },
    MajorRelease {
        name: "15",
        min_version_num: 150000,
        incompatibilities: "only the owner may create in schema `public` of a new database; PL/Python 2 and exclusive backups are gone",
    },
    MajorRelease {
        name: "16",
        min_version_num: 160000,
        incompatibilities: "CREATEROLE alone no longer manages every role; inheritance is set with each membership; `force_parallel_mode` was renamed",
    },
    MajorRelease {
        name: "17",
        min_version_num: 170000,
        incompatibilities: "index builds and materialized views run with a safe `search_path`, so functions in them must qualify names; columns of `pg_stat_statements` and `pg_stat_bgwriter` moved; `adminpack` is gone",
    },
    MajorRelease {
        name: "18",
        min_version_num: 180000,
        incompatibilities: "MD5 passwords warn; unlogged partitioned tables are refused; AFTER triggers run as the role that queued them; full-text search and `pg_trgm` follow the database's collation provider",
    },
];

/// Returns the major versions after `from` up to and including `to`, both as `server_version_num`.
pub fn releases_between(from: u32, to: u32) -> impl Iterator<Item = &'static MajorRelease> {
    let newer = move |release: &&MajorRelease| match from {
        ..100_000 => release.min_version_num / 100 > from / 100,
        _ => release.min_version_num / 10_000 > from / 10_000,
    };
    ALL.iter()
        .filter(newer)
        .filter(move |r| r.min_version_num / 10_000 <= to / 10_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_versions_between_two_servers_are_listed() {
        let names = |from, to| {
            releases_between(from, to)
                .map(|r| r.name)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            names(90_624, 160_004),
            ["10", "11", "12", "13", "14", "15", "16"]
        );
        assert_eq!(names(90_525, 100_000), ["9.6", "10"]);
        assert_eq!(names(150_002, 160_000), ["16"]);
        assert_eq!(names(160_002, 160_009), Vec::<&str>::new());
    }
}
