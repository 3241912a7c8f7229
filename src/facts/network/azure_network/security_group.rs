//! Network security groups (NSGs): their outbound rules, including default rules, by priority. Rules are evaluated in
//! `reachability::nsg`.

use super::network_question;
use super::resource_reader::ResourceReader;
use crate::config::ResourceId;
use crate::facts::Fact;
use crate::question::{Answers, Question};

/// A network security group.
#[derive(Debug, Clone)]
pub struct SecurityGroup {
    pub id: ResourceId,
    /// Sorted by priority. Rules whose direction is `Inbound` are left out.
    pub outbound_rules: Vec<SecurityRule>,
    /// Names of all rules, including inbound ones. Names are unique.
    pub rule_names: Vec<String>,
}

/// One rule, with unparsed values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityRule {
    pub name: String,
    pub priority: u32,
    /// Whether it is one of the default rules of every group.
    pub is_default: bool,
    pub direction: String,
    pub access: String,
    pub protocol: String,
    pub source: RuleEndpoint,
    pub destination: RuleEndpoint,
}

/// Source or destination of a rule. Singular and plural fields are merged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuleEndpoint {
    /// `*`, prefixes and service tags.
    pub addresses: Vec<String>,
    /// `*`, ports and port ranges.
    pub ports: Vec<String>,
    /// Whether it references application security groups.
    pub has_application_groups: bool,
}

/// GET of a network security group.
pub fn question(id: &ResourceId) -> Question {
    network_question(id.path())
}

/// Reads the group. One unreadable rule makes the whole group unreadable, because that rule could apply.
pub fn read(id: &ResourceId, answers: &Answers) -> Fact<SecurityGroup> {
    let question = question(id);
    let body = ResourceReader::resource(answers, &question)?;
    let (mut outbound, mut names) = (Vec::new(), Vec::new());
    for (list, is_default) in [("securityRules", false), ("defaultSecurityRules", true)] {
        for item in body.required_list(&format!("properties.{list}"))? {
            names.extend(item.text("name").ok().flatten());
            outbound.extend(security_rule(&item, is_default)?);
        }
    }
    outbound.sort_by_key(|r| r.priority);
    let id = id.clone();
    Ok(SecurityGroup {
        id,
        outbound_rules: outbound,
        rule_names: names,
    })
}

fn security_rule(body: &ResourceReader, is_default: bool) -> Fact<Option<SecurityRule>> {
    let direction = body.required("properties.direction")?;
    if direction.eq_ignore_ascii_case("Inbound") {
        return Ok(None);
    }
    Ok(Some(SecurityRule {
        name: body.required("name")?,
        priority: body.required_number("properties.priority")?,
        is_default,
        direction,
        access: body.required("properties.access")?,
        protocol: body.required("properties.protocol")?,
        source: rule_endpoint(body, "source")?,
        destination: rule_endpoint(body, "destination")?,
    }))
}

fn rule_endpoint(body: &ResourceReader, which: &str) -> Fact<RuleEndpoint> {
    let both = |singular: &str| -> Fact<Vec<String>> {
        let path = format!("properties.{which}{singular}");
        let plural = match singular {
            "AddressPrefix" => format!("{path}es"),
            _ => format!("{path}s"),
        };
        let mut all = body.texts(&plural)?;
        all.extend(body.text(&path)?);
        Ok(all)
    };
    let groups = format!("properties.{which}ApplicationSecurityGroups");
    Ok(RuleEndpoint {
        addresses: both("AddressPrefix")?,
        ports: both("PortRange")?,
        has_application_groups: body.count(&groups)? > 0,
    })
}
