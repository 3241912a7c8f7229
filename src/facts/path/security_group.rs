//! Network security groups: their outbound rules, Azure's default ones among them, in the order of their priority.
//! Not here: what the rules do to a packet (`network::security`).

use super::body::Body;
use super::network_question;
use crate::facts::Fact;
use crate::plan::ResourceId;
use crate::question::{Answers, Question};

/// A network security group.
#[derive(Debug, Clone)]
pub struct SecurityGroup {
    pub id: ResourceId,
    /// By priority. What is surely inbound is left out.
    pub outbound: Vec<Rule>,
    /// The names of all its rules, inbound ones too: no two are alike.
    pub names: Vec<String>,
}

/// One rule, each value as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub name: String,
    pub priority: u32,
    /// One of those that every group has.
    pub is_default: bool,
    pub direction: String,
    pub access: String,
    pub protocol: String,
    pub source: End,
    pub destination: End,
}

/// One end of a rule: the singular and the plural fields together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct End {
    /// `*`, prefixes and service tags.
    pub addresses: Vec<String>,
    /// `*`, ports and ranges of them.
    pub ports: Vec<String>,
    /// Whether it names application security groups.
    pub has_groups: bool,
}

/// GET of a network security group.
pub fn question(id: &ResourceId) -> Question {
    network_question(id.path())
}

/// A rule that cannot be read makes the whole group unreadable: it may have decided.
pub fn read(id: &ResourceId, answers: &Answers) -> Fact<SecurityGroup> {
    let question = question(id);
    let body = Body::resource(answers, &question)?;
    let (mut outbound, mut names) = (Vec::new(), Vec::new());
    for (list, is_default) in [("securityRules", false), ("defaultSecurityRules", true)] {
        for item in body.list(&format!("properties.{list}"))? {
            names.extend(item.text("name").ok().flatten());
            outbound.extend(rule(&item, is_default)?);
        }
    }
    outbound.sort_by_key(|r| r.priority);
    let id = id.clone();
    Ok(SecurityGroup {
        id,
        outbound,
        names,
    })
}

fn rule(body: &Body, is_default: bool) -> Fact<Option<Rule>> {
    let direction = body.required("properties.direction")?;
    if direction.eq_ignore_ascii_case("Inbound") {
        return Ok(None);
    }
    Ok(Some(Rule {
        name: body.required("name")?,
        priority: body.number("properties.priority")?,
        is_default,
        direction,
        access: body.required("properties.access")?,
        protocol: body.required("properties.protocol")?,
        source: end(body, "source")?,
        destination: end(body, "destination")?,
    }))
}

fn end(body: &Body, which: &str) -> Fact<End> {
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
    Ok(End {
        addresses: both("AddressPrefix")?,
        ports: both("PortRange")?,
        has_groups: body.count(&groups)? > 0,
    })
}
