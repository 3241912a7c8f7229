//! Shards: the part of a fleet that one job audits.

use std::fmt;
use std::str::FromStr;

use super::azure_id::ServerId;

/// One of `count` parts of a fleet. `index` is 1-based.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    pub index: u32,
    pub count: u32,
}

/// The maximum number of shards. No pipeline runs more jobs in parallel, and a merged report lists each missing shard.
const MAX_SHARDS: u32 = 1_000;

/// An invalid shard.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShardError {
    #[error(
        "`{0}` is no part of a whole; give K/N such as 2/5, or `azure-pipelines`; N is {MAX_SHARDS} at most"
    )]
    Malformed(String),
    #[error(
        "`--shard azure-pipelines` needs SYSTEM_JOBPOSITIONINPHASE and SYSTEM_TOTALJOBSINPHASE, which Azure Pipelines \
         sets in jobs with `strategy: parallel`; set that, or give K/N"
    )]
    NoParallelJob,
}

impl Shard {
    /// The shard of this job among the parallel jobs of Azure Pipelines.
    ///
    /// # Errors
    /// The variables are not set, or are not valid numbers.
    pub fn from_pipeline(env: &dyn Fn(&str) -> Option<String>) -> Result<Self, ShardError> {
        let number = |name: &str| env(name)?.trim().parse().ok();
        let index = number("SYSTEM_JOBPOSITIONINPHASE");
        let of = number("SYSTEM_TOTALJOBSINPHASE");
        let shard = index.zip(of).map(|(index, of)| Shard { index, count: of });
        shard
            .filter(Shard::is_valid)
            .ok_or(ShardError::NoParallelJob)
    }

    fn is_valid(&self) -> bool {
        self.count <= MAX_SHARDS && (1..=self.count).contains(&self.index)
    }

    /// Whether a migration is in this shard. The resource ID of the target decides, so migrations to the same server
    /// are in the same shard. Without a target, the name decides.
    pub fn contains(&self, target: Option<&ServerId>, name: &str) -> bool {
        let id = target.map_or_else(|| name.to_owned(), ServerId::path);
        fnv1a(&id.to_lowercase()) % u64::from(self.count) == u64::from(self.index - 1)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let parts = text.split_once('/');
        let numbers = parts.and_then(|(k, n)| k.trim().parse().ok().zip(n.trim().parse().ok()));
        let shard = numbers.map(|(index, of)| Shard { index, count: of });
        shard
            .filter(Shard::is_valid)
            .ok_or_else(|| ShardError::Malformed(text.to_owned()))
    }
}

/// The 64-bit FNV-1a hash. It is the same on every machine and in every version, unlike the hashes of the standard
/// library.
fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server_id(name: &str) -> ServerId {
        format!("11111111-2222-4333-8444-555555555555/Group/{name}")
            .parse()
            .expect("an id")
    }

    #[test]
    fn every_server_is_in_exactly_one_shard_regardless_of_case() {
        assert_eq!(fnv1a("a"), 0xaf63_dc4c_8601_ec8c, "the published value");
        let shards: Vec<Shard> = (1..=3).map(|index| Shard { index, count: 3 }).collect();
        let mut sizes = [0; 3];
        for number in 0..300 {
            let id = server_id(&format!("server-{number}"));
            let holders: Vec<usize> = (0..3)
                .filter(|s| shards[*s].contains(Some(&id), ""))
                .collect();
            assert_eq!(holders.len(), 1);
            sizes[holders[0]] += 1;
            let upper = ServerId {
                resource_group: "GROUP".to_owned(),
                ..id
            };
            assert!(shards[holders[0]].contains(Some(&upper), "other"));
        }
        assert!(
            sizes.iter().all(|size| (70..=130).contains(size)),
            "{sizes:?}"
        );
    }

    #[test]
    fn shard_is_parsed_from_an_option_or_from_pipeline_variables() {
        assert_eq!("2/5".parse(), Ok(Shard { index: 2, count: 5 }));
        for wrong in ["0/5", "6/5", "2", "a/b", "1/0", "1/4294967295"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
        let env = |name: &str| match name {
            "SYSTEM_JOBPOSITIONINPHASE" => Some("3".to_owned()),
            "SYSTEM_TOTALJOBSINPHASE" => Some("4".to_owned()),
            _ => None,
        };
        assert_eq!(Shard::from_pipeline(&env), Ok(Shard { index: 3, count: 4 }));
        assert_eq!(
            Shard::from_pipeline(&|_| None),
            Err(ShardError::NoParallelJob)
        );
    }
}
