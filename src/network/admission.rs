//! What the source's pg_hba.conf says to the service: the first rule that it meets, for each database.
//! Not here: how rules are matched (`facts::reach::hba`), how bad it is to be turned away (`checks`).

use ipnet::IpNet;

use crate::facts::reach::hba::{Met, Rule, Visitor, first_match};
use crate::facts::{Fact, Facts, Missing};
use crate::plan::{SourceKind, SourceServer, SourceTls};

/// The service on its way into one database.
#[derive(Debug)]
pub struct Visit<'f> {
    pub database: &'f str,
    pub user: &'f str,
    /// All addresses that it may come from.
    pub from: IpNet,
    /// Whether it tries with TLS first.
    pub with_tls: bool,
    /// What it meets, one for each way that it tries.
    met: Vec<Met<'f>>,
}

impl<'f> Visit<'f> {
    fn new(rules: &'f [Rule], visitor: &Visitor<'f>, ways: &[bool]) -> Self {
        let meet = |tls| first_match(rules, &Visitor { tls, ..*visitor });
        Visit {
            database: visitor.database,
            user: visitor.user,
            from: visitor.prefix,
            with_tls: visitor.tls,
            met: ways.iter().map(|tls| meet(*tls)).collect(),
        }
    }

    /// The rule that lets it in.
    pub fn admitted_by(&self) -> Option<&'f Rule> {
        self.rules().find(|rule| rule.admits())
    }

    /// The rule that may decide, and why that is not sure.
    pub fn unsure(&self) -> Option<(&'f Rule, &str)> {
        self.met.iter().find_map(|met| match met {
            Met::Unsure(rule, why) => Some((*rule, why.as_str())),
            _ => None,
        })
    }

    /// Where nothing lets it in: the rule that turns it away. `None`: no rule fits.
    pub fn turned_away_by(&self) -> Option<&'f Rule> {
        self.rules().next()
    }

    fn rules(&self) -> impl Iterator<Item = &'f Rule> {
        self.met.iter().filter_map(|met| match met {
            Met::Rule(rule) => Some(*rule),
            _ => None,
        })
    }
}

/// The provider that keeps pg_hba.conf itself, where the source has one.
pub fn keeper(facts: &Facts) -> Option<SourceKind> {
    facts.source_kind().ok().filter(|kind| kind.is_managed())
}

/// The visits to these databases.
///
/// # Errors
/// The rules, the roles, or the addresses that the service comes from are not known.
pub fn visits<'f>(facts: &'f Facts, databases: &[&'f str]) -> Fact<Vec<Visit<'f>>> {
    let source = facts.migration.source.as_ref();
    let source = source.ok_or_else(Missing::no_source)?;
    let reach = facts.reach.as_ref().map_err(Clone::clone)?;
    let prefixes = prefixes(facts, source)?;
    let rules = &reach.hba.as_ref().map_err(Clone::clone)?.0;
    let user = facts.migration.migration_user.as_deref();
    let groups = reach.groups.as_ref().map_err(Clone::clone)?;
    let ways = ways(facts, source)?;
    let mut visits = Vec::new();
    for database in databases {
        for prefix in &prefixes {
            let visitor = Visitor {
                database,
                user: user.unwrap_or(&source.user),
                groups,
                prefix: *prefix,
                tls: ways[0],
            };
            visits.push(Visit::new(rules, &visitor, &ways));
        }
    }
    Ok(visits)
}

/// What the plan says, else the subnet of the server that migrates. Flexible servers speak IPv4 alone.
fn prefixes(facts: &Facts, source: &SourceServer) -> Fact<Vec<IpNet>> {
    if let Some(said) = source.reached_from {
        return Ok(vec![said.0]);
    }
    let not_said = |why| {
        let way_out = "say `--source-reached-from` with an address or a prefix";
        Missing::not_said(why, way_out)
    };
    let path = facts.path.as_ref().map_err(Clone::clone)?;
    let inside = path.inside.as_ref().map_err(Clone::clone)?.as_ref();
    let inside = inside.ok_or_else(|| {
        not_said(
            "it is not known from which addresses the service comes: the target is in no subnet",
        )
    })?;
    let subnet = inside.subnet.as_ref().map_err(Clone::clone)?;
    let prefixes = subnet.prefixes.as_ref().map_err(Clone::clone)?;
    let found: Vec<IpNet> = prefixes
        .iter()
        .filter(|prefix| prefix.addr().is_ipv4())
        .copied()
        .collect();
    if found.is_empty() {
        return Err(not_said("the target's subnet shows no IPv4 prefix"));
    }
    Ok(found)
}

/// With TLS or without, in the order in which the service tries; never empty.
fn ways(facts: &Facts, source: &SourceServer) -> Fact<Vec<bool>> {
    if source.tls == Some(SourceTls::Require) {
        return Ok(vec![true]);
    }
    if facts.connection.as_ref().is_ok_and(|c| c.tls.is_some()) {
        return Ok(vec![true, false]);
    }
    let settings = facts.settings.as_ref().map_err(Clone::clone)?;
    Ok(match settings.value("ssl")? {
        "on" => vec![true, false],
        _ => vec![false],
    })
}
