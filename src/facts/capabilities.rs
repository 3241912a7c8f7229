//! What the target's location offers: SKUs with their vCores and memory. Location-wide, asked once a run.

use azure_mgmt_postgresql::package_flexibleserver_2024_08_01::models;

use super::server::{Server, normal_location};
use super::shape::{Shape, items};
use super::{Fact, Missing};
use crate::question::{Answers, Question};

/// One size of server.
#[derive(Debug, Clone, PartialEq)]
pub struct SkuOffer {
    pub name: String,
    /// `Burstable`, `GeneralPurpose`, `MemoryOptimized`.
    pub tier: String,
    pub vcores: u32,
    pub memory_gib: f64,
}

/// The offers of a location.
#[derive(Debug, Clone)]
pub struct Capabilities {
    question: Question,
    pub skus: Vec<SkuOffer>,
}

impl Capabilities {
    /// The offer with this SKU name; missing when the location does not list it.
    pub fn sku(&self, name: &str) -> Fact<&SkuOffer> {
        self.skus
            .iter()
            .find(|s| s.name.eq_ignore_ascii_case(name))
            .ok_or_else(|| {
                Missing::unreadable(
                    &self.question,
                    format!("the location lists no SKU `{name}`"),
                )
            })
    }
}

/// GET of the capabilities of the server's location.
pub fn question(server: &Server) -> Fact<Question> {
    let location = normal_location(server.location.as_ref().map_err(Clone::clone)?);
    let path = format!(
        "/subscriptions/{}/providers/Microsoft.DBforPostgreSQL/locations/{location}/capabilities",
        server.id.subscription
    );
    Ok(Question::Arm {
        path,
        api_version: server.api_version.clone(),
        filter: None,
    })
}

pub fn read(server: &Server, answers: &Answers) -> Fact<Capabilities> {
    let question = question(server)?;
    let mut skus = Vec::new();
    for item in items(answers, &question)? {
        let shape = Shape::<models::FlexibleServerCapability>::item(item, &question, &[])?;
        let editions = shape.get("supportedServerEditions", |c| {
            c.supported_server_editions.clone()
        })?;
        for edition in &editions {
            let tier = edition.name.clone().unwrap_or_default();
            skus.extend(
                edition
                    .supported_server_skus
                    .iter()
                    .filter_map(|s| offer(&tier, s)),
            );
        }
    }
    if skus.is_empty() {
        let why = "the location offers this subscription no SKU (a restricted region answers so)";
        return Err(Missing::unreadable(&question, why));
    }
    skus.sort_by(|a, b| (a.vcores, &a.name).cmp(&(b.vcores, &b.name)));
    Ok(Capabilities { question, skus })
}

/// An offer whose figures are all there; one without its figures cannot be proposed.
fn offer(tier: &str, sku: &models::ServerSkuCapability) -> Option<SkuOffer> {
    let vcores = u32::try_from(sku.v_cores?).ok()?;
    let per_vcore = sku.supported_memory_per_vcore_mb?;
    let memory_gib = per_vcore as f64 * f64::from(vcores) / 1024.0;
    Some(SkuOffer {
        name: sku.name.clone()?,
        tier: tier.to_owned(),
        vcores,
        memory_gib,
    })
}
