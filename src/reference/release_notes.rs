//! Changes of each major version that affect a dump, a restore or the first queries after it. As of 2026-11.
//! This is flexready's own summary. The release notes are authoritative.

/// A major version.
pub struct Release {
    pub name: &'static str,
    /// Minimum `server_version_num`.
    num: u32,
    /// The most likely incompatibilities.
    pub breaks: &'static str,
}

impl Release {
    /// Returns the URL of the release notes.
    pub fn link(&self) -> String {
        format!("https://www.postgresql.org/docs/release/{}.0/", self.name)
    }
}

const ALL: &[Release] = &[
    Release {
        name: "9.6",
        num: 90600,
        breaks: "`pg_stat_activity.waiting` is gone; full-text queries parse phrases",
    },
    Release {
        name: "10",
        num: 100000,
        breaks: "functions and directories with `xlog` are named `wal`; columns of type `unknown` and floating-point timestamps are gone; set-returning functions in `CASE` are refused",
    },
    Release {
        name: "11",
        num: 110000,
        breaks: "`pg_proc.proisagg` became `prokind`; `pg_dumpall --globals-only` no longer carries database settings",
    },
    Release {
        name: "12",
        num: 120000,
        breaks: "tables WITH OIDS and the types `abstime`, `reltime`, `tinterval` are gone; `pg_attrdef.adsrc` and `pg_constraint.consrc` too; floating-point numbers print shortest-exact",
    },
    Release {
        name: "13",
        num: 130000,
        breaks: "`pg_stat_statements.total_time` was split; functions of type `opaque` are refused; `wal_keep_segments` became `wal_keep_size`",
    },
    Release {
        name: "14",
        num: 140000,
        breaks: "postfix operators and `!` are gone; array functions take `anycompatiblearray`, so user aggregates over `anyarray` fail; `EXTRACT` returns `numeric`; passwords default to SCRAM",
    },
    Release {
        name: "15",
        num: 150000,
        breaks: "only the owner may create in schema `public` of a new database; PL/Python 2 and exclusive backups are gone",
    },
    Release {
        name: "16",
        num: 160000,
        breaks: "CREATEROLE alone no longer manages every role; inheritance is set with each membership; `force_parallel_mode` was renamed",
    },
    Release {
        name: "17",
        num: 170000,
        breaks: "index builds and materialized views run with a safe `search_path`, so functions in them must qualify names; columns of `pg_stat_statements` and `pg_stat_bgwriter` moved; `adminpack` is gone",
    },
    Release {
        name: "18",
        num: 180000,
        breaks: "MD5 passwords warn; unlogged partitioned tables are refused; AFTER triggers run as the role that queued them; full-text search and `pg_trgm` follow the database's collation provider",
    },
];

/// Returns the major versions after `from` up to and including `to`, both as `server_version_num`.
pub fn between(from: u32, to: u32) -> impl Iterator<Item = &'static Release> {
    let newer = move |release: &&Release| match from {
        ..100_000 => release.num / 100 > from / 100,
        _ => release.num / 10_000 > from / 10_000,
    };
    ALL.iter()
        .filter(newer)
        .filter(move |r| r.num / 10_000 <= to / 10_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_versions_between_two_servers_are_listed() {
        let names = |from, to| between(from, to).map(|r| r.name).collect::<Vec<_>>();
        assert_eq!(
            names(90_624, 160_004),
            ["10", "11", "12", "13", "14", "15", "16"]
        );
        assert_eq!(names(90_525, 100_000), ["9.6", "10"]);
        assert_eq!(names(150_002, 160_000), ["16"]);
        assert_eq!(names(160_002, 160_009), Vec::<&str>::new());
    }
}
