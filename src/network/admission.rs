//! Evaluates pg_hba.conf of the source for the migration service: the first rule that matches each connection attempt.
//! Rule matching itself is in `facts::network::source_network::hba`.

use ipnet::IpNet;

use crate::facts::reach::hba::{Met, Rule, SCRAM, Visitor, first_match};
use crate::facts::{Fact, Facts, Missing, roles};
use crate::plan::{SourceKind, SourceServer, SourceTls};

/// A connection attempt of the migration service to one database, and the rules that match it.
#[derive(Debug)]
pub struct Visit<'f> {
    pub database: &'f str,
    pub user: &'f str,
    /// All addresses that the service can connect from.
    pub from: IpNet,
    /// Whether the service tries TLS first.
    pub with_tls: bool,
    /// The password hash kind of the user, as in `facts::password_hashes`. `None` if it is not known.
    pub password: Option<&'f str>,
    /// The first match for each attempt: with TLS, without TLS, or both.
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
            password: visitor.password,
            met: ways.iter().map(|tls| meet(*tls)).collect(),
        }
    }

    /// Returns the rule that accepts the connection.
    pub fn admitted_by(&self) -> Option<&'f Rule> {
        let mut rules = self.rules();
        rules.find(|rule| rule.admits(self.password) == Some(true))
    }

    /// Returns the rule that might match, and why this is uncertain.
    pub fn unsure(&self) -> Option<(&'f Rule, &str)> {
        self.met.iter().find_map(|met| match met {
            Met::Unsure(rule, why) => Some((*rule, why.as_str())),
            _ => None,
        })
    }

    /// Returns the rule whose result depends on the password hash kind, if that kind is not known.
    pub fn by_password(&self) -> Option<&'f Rule> {
        self.met.iter().find_map(|met| match met {
            Met::ByPassword(rule) => Some(*rule),
            _ => None,
        })
    }

    /// Returns whether the result is certain.
    pub fn is_sure(&self) -> bool {
        self.unsure().is_none() && self.by_password().is_none()
    }

    /// Returns the rule that rejects the connection. `None` if no rule matches.
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

/// Returns the cloud provider that manages pg_hba.conf of the source. `None` if the source is not a managed service.
pub fn keeper(facts: &Facts) -> Option<SourceKind> {
    facts.source_kind().ok().filter(|kind| kind.is_managed())
}

/// Evaluates pg_hba.conf for each of these databases and each address range of the service.
///
/// # Errors
///
/// Returns an error if the rules, the roles, or the service's addresses are not known.
pub fn visits<'f>(facts: &'f Facts, databases: &[&'f str]) -> Fact<Vec<Visit<'f>>> {
    let source = facts.migration.source.as_ref();
    let source = source.ok_or_else(Missing::no_source)?;
    let reach = facts.reach.as_ref().map_err(Clone::clone)?;
    let prefixes = prefixes(facts, source)?;
    let rules = &reach.hba.as_ref().map_err(Clone::clone)?.0;
    let user = facts.migration_user()?;
    let password = password(facts).ok();
    let groups = reach.groups.as_ref().map_err(Clone::clone)?;
    let ways = ways(facts, source)?;
    let mut visits = Vec::new();
    for database in databases {
        for prefix in &prefixes {
            let visitor = Visitor {
                database,
                user,
                password,
                groups,
                prefix: *prefix,
                tls: ways[0],
            };
            visits.push(Visit::new(rules, &visitor, &ways));
        }
    }
    Ok(visits)
}

/// Returns the password hash kind of the migration user, as in `facts::password_hashes`.
///
/// If password hashes cannot be read, a SCRAM sign-in as that user proves the kind.
///
/// # Errors
///
/// Returns an error if neither the password hashes nor the connection show the kind.
pub fn password<'f>(facts: &'f Facts) -> Fact<&'f str> {
    let source = facts.migration.source.as_ref();
    let source = source.ok_or_else(Missing::no_source)?;
    let user = facts.migration_user()?;
    let by_scram = || {
        let connection = facts.connection.as_ref().ok()?;
        // A pooler requests its own password, so only a direct connection proves the kind.
        let is_shown = source.user == user && connection.direct == Some(true);
        let method = connection.auth_method.as_deref();
        (is_shown && method == Some(SCRAM)).then_some(SCRAM)
    };
    match &facts.passwords {
        Err(missing) => by_scram().ok_or_else(|| missing.clone()),
        Ok(kinds) => {
            let found = kinds.iter().find(|k| k.role == user);
            let absent = || {
                let why = format!("there is no role `{user}` that may log in");
                Missing::unreadable(&roles::question(source), why)
            };
            found.map(|k| k.kind.as_str()).ok_or_else(absent)
        }
    }
}

/// Returns the configured service address range. The default is the subnet of the connecting server. Only IPv4 counts:
/// flexible servers do not support IPv6.
fn prefixes(facts: &Facts, source: &SourceServer) -> Fact<Vec<IpNet>> {
    if let Some(said) = source.reached_from {
        return Ok(vec![said.0]);
    }
    let not_said = |why| {
        let way_out = "say `--source-reached-from` (in a plan: `source_reached_from`) with an address or a prefix";
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

/// Returns the TLS modes in the order in which the service tries them. The result is never empty.
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
