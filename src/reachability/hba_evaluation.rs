//! Evaluates pg_hba.conf of the source for the migration service: the first rule that matches each connection attempt.
//! Rule matching itself is in `facts::network::source_network::hba`.

use ipnet::IpNet;

use crate::config::{SourceKind, SourceServer, SourceTls};
use crate::facts::network::source_network::hba_rules::{
    ConnectionAttempt, HbaMatch, HbaRule, SCRAM_SHA_256, first_match,
};
use crate::facts::source::password_hashes;
use crate::facts::{Fact, Facts, Missing};

/// A connection attempt of the migration service to one database, and the rules that match it.
#[derive(Debug)]
pub struct HbaEvaluation<'f> {
    pub database: &'f str,
    pub user: &'f str,
    /// All addresses that the service can connect from.
    pub from: IpNet,
    /// Whether the service tries TLS first.
    pub tries_tls_first: bool,
    /// The password hash kind of the user, as in `facts::password_hashes`. `None` if it is not known.
    pub password_hash_kind: Option<&'f str>,
    /// The first match for each attempt: with TLS, without TLS, or both.
    hba_matches: Vec<HbaMatch<'f>>,
}

impl<'f> HbaEvaluation<'f> {
    fn new(rules: &'f [HbaRule], visitor: &ConnectionAttempt<'f>, tls_attempts: &[bool]) -> Self {
        let find_match = |tls| {
            first_match(
                rules,
                &ConnectionAttempt {
                    uses_tls: tls,
                    ..*visitor
                },
            )
        };
        HbaEvaluation {
            database: visitor.database,
            user: visitor.user,
            from: visitor.client_net,
            tries_tls_first: visitor.uses_tls,
            password_hash_kind: visitor.password_kind,
            hba_matches: tls_attempts.iter().map(|tls| find_match(*tls)).collect(),
        }
    }

    /// Returns the rule that accepts the connection.
    pub fn accepting_rule(&self) -> Option<&'f HbaRule> {
        let mut rules = self.matched_rules();
        rules.find(|rule| rule.accepts_password(self.password_hash_kind) == Some(true))
    }

    /// Returns the rule that might match, and why this is uncertain.
    pub fn uncertain_rule(&self) -> Option<(&'f HbaRule, &str)> {
        self.hba_matches.iter().find_map(|met| match met {
            HbaMatch::Uncertain(rule, why) => Some((*rule, why.as_str())),
            _ => None,
        })
    }

    /// Returns the rule whose result depends on the password hash kind, if that kind is not known.
    pub fn rule_depending_on_password(&self) -> Option<&'f HbaRule> {
        self.hba_matches.iter().find_map(|met| match met {
            HbaMatch::DependsOnPassword(rule) => Some(*rule),
            _ => None,
        })
    }

    /// Returns whether the result is certain.
    pub fn is_certain(&self) -> bool {
        self.uncertain_rule().is_none() && self.rule_depending_on_password().is_none()
    }

    /// Returns the rule that rejects the connection. `None` if no rule matches.
    pub fn rejecting_rule(&self) -> Option<&'f HbaRule> {
        self.matched_rules().next()
    }

    fn matched_rules(&self) -> impl Iterator<Item = &'f HbaRule> {
        self.hba_matches.iter().filter_map(|met| match met {
            HbaMatch::Rule(rule) => Some(*rule),
            _ => None,
        })
    }
}

/// Returns the cloud provider that manages pg_hba.conf of the source. `None` if the source is not a managed service.
pub fn managed_by(facts: &Facts) -> Option<SourceKind> {
    facts.source_kind().ok().filter(|kind| kind.is_managed())
}

/// Evaluates pg_hba.conf for each of these databases and each address range of the service.
///
/// # Errors
///
/// Returns an error if the rules, the roles, or the service's addresses are not known.
pub fn evaluate_hba<'f>(facts: &'f Facts, databases: &[&'f str]) -> Fact<Vec<HbaEvaluation<'f>>> {
    let source = facts.migration.source.as_ref();
    let source = source.ok_or_else(Missing::no_source)?;
    let reach = facts.source_network.as_ref()?;
    let prefixes = service_prefixes(facts, source)?;
    let rules = &reach.hba_rules.as_ref()?.0;
    let user = facts.migration_user()?;
    let password = password_hash_kind(facts).ok();
    let groups = reach.user_roles.as_ref()?;
    let tls_attempts = tls_attempts(facts, source)?;
    let mut evaluations = Vec::new();
    for database in databases {
        for prefix in &prefixes {
            let visitor = ConnectionAttempt {
                database,
                user,
                password_kind: password,
                roles: groups,
                client_net: *prefix,
                uses_tls: tls_attempts[0],
            };
            evaluations.push(HbaEvaluation::new(rules, &visitor, &tls_attempts));
        }
    }
    Ok(evaluations)
}

/// Returns the password hash kind of the migration user, as in `facts::password_hashes`.
///
/// If password hashes cannot be read, a SCRAM sign-in as that user proves the kind.
///
/// # Errors
///
/// Returns an error if neither the password hashes nor the connection show the kind.
pub fn password_hash_kind<'f>(facts: &'f Facts) -> Fact<&'f str> {
    let source = facts.migration.source.as_ref();
    let source = source.ok_or_else(Missing::no_source)?;
    let user = facts.migration_user()?;
    let by_scram = || {
        let connection = facts.connection.as_ref().ok()?;
        // A pooler requests its own password, so only a direct connection proves the kind.
        let is_shown = source.user == user && connection.direct == Some(true);
        let method = connection.auth_method.as_deref();
        (is_shown && method == Some(SCRAM_SHA_256)).then_some(SCRAM_SHA_256)
    };
    match &facts.password_hashes {
        Err(missing) => by_scram().ok_or_else(|| missing.clone()),
        Ok(kinds) => {
            let found = kinds.iter().find(|k| k.role == user);
            let absent = || {
                let why = format!("there is no role `{user}` that may log in");
                Missing::unreadable(&password_hashes::question(source), why)
            };
            found.map(|k| k.kind.as_str()).ok_or_else(absent)
        }
    }
}

/// Returns the configured service address range. The default is the subnet of the connecting server. Only IPv4 counts:
/// flexible servers do not support IPv6.
fn service_prefixes(facts: &Facts, source: &SourceServer) -> Fact<Vec<IpNet>> {
    if let Some(service_cidr) = source.reached_from {
        return Ok(vec![service_cidr.0]);
    }
    let not_said = |why| {
        let way_out = "say `--source-reached-from` (in a plan: `source_reached_from`) with an address or a prefix";
        Missing::not_specified(why, way_out)
    };
    let path = facts.azure_network.as_ref()?;
    let placement = path.placement.as_ref()?.as_ref();
    let placement = placement.ok_or_else(|| {
        not_said(
            "it is not known from which addresses the service comes: the target is in no subnet",
        )
    })?;
    let subnet = placement.subnet.as_ref()?;
    let prefixes = subnet.prefixes.as_ref()?;
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
fn tls_attempts(facts: &Facts, source: &SourceServer) -> Fact<Vec<bool>> {
    if source.tls == Some(SourceTls::Require) {
        return Ok(vec![true]);
    }
    if facts.connection.as_ref().is_ok_and(|c| c.tls.is_some()) {
        return Ok(vec![true, false]);
    }
    let settings = facts.source_parameters.as_ref()?;
    Ok(match settings.value("ssl")? {
        "on" => vec![true, false],
        _ => vec![false],
    })
}
