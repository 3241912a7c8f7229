//! Which servers of Azure are audited: where they are, which of them are meant, and which part is this machine's.
//! Not here: which servers there are (`facts::fleet`).

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wildmatch::WildMatch;

use super::{ServerId, is_guid};

/// What of Azure is audited. Empty: nothing but what a plan names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fleet {
    pub subscriptions: Vec<String>,
    pub management_groups: Vec<String>,
    pub resource_groups: Vec<ResourceGroup>,
    /// Targets that are known by their host name alone.
    pub hosts: Vec<String>,
}

impl Fleet {
    /// Whether nothing has to be looked for.
    pub fn is_empty(&self) -> bool {
        self.subscriptions.is_empty()
            && self.management_groups.is_empty()
            && self.resource_groups.is_empty()
            && self.hosts.is_empty()
    }

    /// The places that are audited, a few words each.
    pub fn words(&self) -> Vec<String> {
        let subscriptions = self
            .subscriptions
            .iter()
            .map(|s| format!("subscription {s}"));
        let groups = self.management_groups.iter();
        let groups = groups.map(|g| format!("management group {g}"));
        let resource_groups = self
            .resource_groups
            .iter()
            .map(|g| format!("resource group {g}"));
        subscriptions.chain(groups).chain(resource_groups).collect()
    }
}

/// What a run over many servers has to say beside its migrations. A recording and a report keep it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FleetNote {
    /// What was audited: subscriptions, management groups, resource groups, a plan.
    pub scope: Vec<String>,
    /// Migrations of the plan and servers that were found, before any filter and over all parts of the fleet.
    pub found: usize,
    /// Those of them that are meant: after the filters, over all parts.
    pub meant: usize,
    /// Which parts of the fleet this is, such as `2/5`; empty: all of it.
    #[serde(default)]
    pub shards: Vec<String>,
    /// Places whose servers could not be listed, or not all of them.
    #[serde(default)]
    pub unread: Vec<UnreadNote>,
    /// Whether the user ended the run early.
    #[serde(default)]
    pub interrupted: bool,
}

/// A place whose servers could not be listed, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct UnreadNote {
    pub place: String,
    pub reason: String,
}

/// A resource group's place in Azure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceGroup {
    pub subscription: String,
    pub name: String,
}

impl fmt::Display for ResourceGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (subscription, name) = (&self.subscription, &self.name);
        write!(f, "/subscriptions/{subscription}/resourceGroups/{name}")
    }
}

impl FromStr for ResourceGroup {
    type Err = FleetError;

    /// Reads `/subscriptions/<id>/resourceGroups/<name>` or `<subscription>/<name>`.
    fn from_str(text: &str) -> Result<Self, FleetError> {
        let parts: Vec<&str> = text.trim().trim_matches('/').split('/').collect();
        let (subscription, name) = match parts.as_slice() {
            [s, subscription, g, name]
                if s.eq_ignore_ascii_case("subscriptions")
                    && g.eq_ignore_ascii_case("resourceGroups") =>
            {
                (subscription, name)
            }
            [subscription, name] => (subscription, name),
            _ => return Err(FleetError::ResourceGroup(text.to_owned())),
        };
        if !is_guid(subscription) || !is_plain_name(name) {
            return Err(FleetError::ResourceGroup(text.to_owned()));
        }
        Ok(ResourceGroup {
            subscription: (*subscription).to_owned(),
            name: (*name).to_owned(),
        })
    }
}

/// The id of a subscription. It becomes a part of paths, so it must be one.
///
/// # Errors
/// It is no GUID.
pub fn subscription(text: &str) -> Result<String, FleetError> {
    let text = text.trim();
    let bare = text.strip_prefix("/subscriptions/").unwrap_or(text);
    if is_guid(bare) {
        Ok(bare.to_owned())
    } else {
        Err(FleetError::Subscription(text.to_owned()))
    }
}

/// The name of a management group, or its resource id.
///
/// # Errors
/// It has characters that no such name has.
pub fn management_group(text: &str) -> Result<String, FleetError> {
    let bare = text.trim().rsplit('/').next().unwrap_or_default();
    if is_plain_name(bare) {
        Ok(bare.to_owned())
    } else {
        Err(FleetError::ManagementGroup(text.to_owned()))
    }
}

fn is_plain_name(text: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || "-_.()".contains(c);
    (1..=90).contains(&text.chars().count()) && text.chars().all(fits) && !text.ends_with('.')
}

/// What was not understood of what to audit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FleetError {
    #[error("`{0}` is not the id of a subscription; `az account list --output table` lists them")]
    Subscription(String),
    #[error(
        "`{0}` is not the name of a management group; `az account management-group list` lists them"
    )]
    ManagementGroup(String),
    #[error("`{0}` is not a resource group; give `/subscriptions/<id>/resourceGroups/<name>`")]
    ResourceGroup(String),
    #[error("`{0}` is no tag; give NAME or NAME=VALUE")]
    Tag(String),
    #[error("`{0}` is no part of a whole; give K/N such as 2/5, or `azure-pipelines`")]
    Shard(String),
    #[error(
        "`--shard azure-pipelines` needs SYSTEM_JOBPOSITIONINPHASE and SYSTEM_TOTALJOBSINPHASE, which Azure Pipelines \
         sets in jobs with `strategy: parallel`; set that, or give K/N"
    )]
    NoParallelJob,
}

/// Which of the servers that are found are meant. Nothing said: all of them. Case does not count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    pub locations: Vec<String>,
    pub tags: Vec<Tag>,
    /// Patterns: `*` is any text, `?` any character.
    pub names: Vec<String>,
    pub tiers: Vec<String>,
}

/// A tag that a server must have, whatever its value or with this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    pub name: String,
    pub value: Option<String>,
}

impl FromStr for Tag {
    type Err = FleetError;

    fn from_str(text: &str) -> Result<Self, FleetError> {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name.trim(), Some(value.trim().to_owned())),
            None => (text.trim(), None),
        };
        if name.is_empty() {
            return Err(FleetError::Tag(text.to_owned()));
        }
        let name = name.to_owned();
        Ok(Tag { name, value })
    }
}

/// What is known of a server before it is asked about.
#[derive(Debug, Clone)]
pub struct Traits<'a> {
    pub name: &'a str,
    pub location: Option<&'a str>,
    pub tier: Option<&'a str>,
    pub tags: Vec<(&'a str, &'a str)>,
}

impl Filter {
    pub fn is_empty(&self) -> bool {
        *self == Filter::default()
    }

    /// Whether a server is meant: of each kind of filter that is given, one has to fit; of tags, all.
    pub fn admits(&self, server: &Traits) -> bool {
        let one = |wanted: &[String], found: Option<&str>| {
            let found = found.map(squeezed);
            wanted.is_empty() || wanted.iter().any(|w| Some(squeezed(w)) == found)
        };
        let name = server.name.to_lowercase();
        let named = |p: &String| WildMatch::new(&p.to_lowercase()).matches(&name);
        let has = |tag: &Tag| {
            server
                .tags
                .iter()
                .any(|(name, value)| tag.fits(name, value))
        };
        one(&self.locations, server.location)
            && one(&self.tiers, server.tier)
            && (self.names.is_empty() || self.names.iter().any(named))
            && self.tags.iter().all(has)
    }
}

impl Tag {
    fn fits(&self, name: &str, value: &str) -> bool {
        let wanted = self.value.as_deref();
        self.name.eq_ignore_ascii_case(name) && wanted.is_none_or(|w| w.eq_ignore_ascii_case(value))
    }
}

/// `East US` and `eastus` are one location.
fn squeezed(text: &str) -> String {
    text.to_lowercase().replace([' ', '_', '-'], "")
}

/// One part of a fleet: the `index`-th of `of`, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    pub index: u32,
    pub of: u32,
}

impl Shard {
    /// The part that Azure Pipelines gives this job of several parallel ones.
    ///
    /// # Errors
    /// The variables are not set, or are no numbers.
    pub fn of_pipeline(env: &dyn Fn(&str) -> Option<String>) -> Result<Self, FleetError> {
        let number = |name: &str| env(name)?.trim().parse().ok();
        let index = number("SYSTEM_JOBPOSITIONINPHASE");
        let of = number("SYSTEM_TOTALJOBSINPHASE");
        let shard = index.zip(of).map(|(index, of)| Shard { index, of });
        shard.filter(Shard::is_one).ok_or(FleetError::NoParallelJob)
    }

    fn is_one(&self) -> bool {
        (1..=self.of).contains(&self.index)
    }

    /// Whether a migration is in this part: by the resource id of its target, so that two into one server stay together.
    pub fn holds(&self, target: Option<&ServerId>, name: &str) -> bool {
        let id = target.map_or_else(|| name.to_owned(), ServerId::path);
        fnv1a(&id.to_lowercase()) % u64::from(self.of) == u64::from(self.index - 1)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

impl FromStr for Shard {
    type Err = FleetError;

    fn from_str(text: &str) -> Result<Self, FleetError> {
        let parts = text.split_once('/');
        let numbers = parts.and_then(|(k, n)| k.trim().parse().ok().zip(n.trim().parse().ok()));
        let shard = numbers.map(|(index, of)| Shard { index, of });
        shard
            .filter(Shard::is_one)
            .ok_or_else(|| FleetError::Shard(text.to_owned()))
    }
}

/// FNV-1a, 64 bits: the same on every machine and in every version, which the standard library's hashes are not.
fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUBSCRIPTION: &str = "11111111-2222-4333-8444-555555555555";

    fn id(name: &str) -> ServerId {
        format!("{SUBSCRIPTION}/Group/{name}")
            .parse()
            .expect("an id")
    }

    #[test]
    fn parts_make_the_whole_and_case_does_not_count() {
        assert_eq!(fnv1a("a"), 0xaf63_dc4c_8601_ec8c, "the published value");
        let shards: Vec<Shard> = (1..=3).map(|index| Shard { index, of: 3 }).collect();
        let mut sizes = [0; 3];
        for number in 0..300 {
            let id = id(&format!("server-{number}"));
            let holders: Vec<usize> = (0..3).filter(|s| shards[*s].holds(Some(&id), "")).collect();
            assert_eq!(holders.len(), 1);
            sizes[holders[0]] += 1;
            let upper = ServerId {
                resource_group: "GROUP".to_owned(),
                ..id
            };
            assert!(shards[holders[0]].holds(Some(&upper), "other"));
        }
        assert!(
            sizes.iter().all(|size| (70..=130).contains(size)),
            "{sizes:?}"
        );
    }

    #[test]
    fn a_part_is_said_by_hand_or_by_the_pipeline() {
        assert_eq!("2/5".parse(), Ok(Shard { index: 2, of: 5 }));
        for wrong in ["0/5", "6/5", "2", "a/b", "1/0"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
        let env = |name: &str| match name {
            "SYSTEM_JOBPOSITIONINPHASE" => Some("3".to_owned()),
            "SYSTEM_TOTALJOBSINPHASE" => Some("4".to_owned()),
            _ => None,
        };
        assert_eq!(Shard::of_pipeline(&env), Ok(Shard { index: 3, of: 4 }));
        assert_eq!(
            Shard::of_pipeline(&|_| None),
            Err(FleetError::NoParallelJob)
        );
    }

    #[test]
    fn filters_narrow_down() {
        let server = Traits {
            name: "Orders-Prod",
            location: Some("West Europe"),
            tier: Some("GeneralPurpose"),
            tags: vec![("env", "Prod"), ("team", "shop")],
        };
        let admits = |change: &dyn Fn(&mut Filter)| {
            let mut filter = Filter::default();
            change(&mut filter);
            filter.admits(&server)
        };
        assert!(admits(&|_| {}));
        assert!(admits(
            &|f| f.locations = vec!["northeurope".into(), "westeurope".into()]
        ));
        assert!(!admits(&|f| f.locations = vec!["northeurope".into()]));
        assert!(admits(&|f| f.tiers = vec!["generalpurpose".into()]));
        assert!(admits(&|f| f.names = vec!["orders-*".into()]));
        assert!(!admits(&|f| f.names = vec!["orders".into()]));
        assert!(admits(
            &|f| f.tags = vec!["env=prod".parse().unwrap(), "team".parse().unwrap()]
        ));
        assert!(!admits(
            &|f| f.tags = vec!["env=prod".parse().unwrap(), "x".parse().unwrap()]
        ));
    }

    #[test]
    fn places_are_read_as_people_write_them() {
        let group = format!("/subscriptions/{SUBSCRIPTION}/resourcegroups/rg-a");
        assert_eq!(
            group.parse::<ResourceGroup>().map(|g| g.name),
            Ok("rg-a".to_owned())
        );
        assert!("rg-a".parse::<ResourceGroup>().is_err());
        assert!(
            format!("{SUBSCRIPTION}/a?b")
                .parse::<ResourceGroup>()
                .is_err()
        );
        assert!(subscription("production").is_err() && subscription(SUBSCRIPTION).is_ok());
        assert_eq!(
            management_group("/providers/Microsoft.Management/managementGroups/mg-1"),
            Ok("mg-1".to_owned())
        );
        assert!(management_group("a b").is_err());
    }
}
