//! Builds the sizing and estimate sections of the report. An unknown value is null, and the report states the reason.

mod value;
pub(super) mod words;

use crate::facts::{Fact, Facts, Missing};
use crate::plan::Scope;
use crate::reference::copy_time::FIGURES;
use crate::sizing::demand::{self, Compute, Data};
use crate::sizing::estimate::copy_time;
use crate::sizing::need::Need;
use crate::sizing::recommend::{Choice, smallest, with_headroom};
use crate::sizing::{GIB, storage};

pub use value::{
    ChoiceReport, DatabaseSize, DemandReport, EstimateReport, OfferedReport, RecommendedReport,
    RejectedReport, SizingReport,
};

/// Returns sizing and estimate, for a migration that has a source.
pub(super) fn sizing(facts: &Facts) -> (Option<SizingReport>, Option<EstimateReport>) {
    let is_sized = facts.migration.scope == Scope::Pair || facts.migration.location.is_some();
    if !is_sized {
        return (None, None);
    }
    let mut unknown = Vec::new();
    let data = known(&mut unknown, demand::data(facts));
    let compute = known(&mut unknown, demand::compute(facts));
    if let Some(data) = &data {
        data.missing.iter().for_each(|m| note(&mut unknown, m));
    }
    let demand = demand_of(facts, data.as_ref(), compute.as_ref());
    let sizing = SizingReport {
        offered: facts.migration.target.as_ref().map(|_| offered(facts)),
        recommended: recommended(facts, &mut unknown),
        unknown,
        demand,
    };
    let estimate = data.map(|data| estimate(facts, &data));
    (Some(sizing), estimate)
}

fn known<T>(unknown: &mut Vec<String>, fact: Fact<T>) -> Option<T> {
    fact.map_err(|m| note(unknown, &m)).ok()
}

fn note(unknown: &mut Vec<String>, missing: &Missing) {
    let question = missing
        .question
        .as_deref()
        .map(|q| format!("{q}: "))
        .unwrap_or_default();
    let remedy = missing.remedy.as_deref();
    let remedy = remedy.map(|r| format!("; {r}")).unwrap_or_default();
    let text = format!("{question}{}{remedy}", missing.reason);
    if !unknown.contains(&text) {
        unknown.push(text);
    }
}

fn demand_of(facts: &Facts, data: Option<&Data>, compute: Option<&Compute>) -> DemandReport {
    let activity = facts.activity.as_ref().ok();
    let one = |(name, size): &(String, Fact<u64>)| DatabaseSize {
        name: name.clone(),
        gib: size
            .as_ref()
            .ok()
            .map(|bytes| round(*bytes as f64 / GIB, 1000.0)),
    };
    DemandReport {
        databases: data
            .map(|d| d.databases.iter().map(one).collect())
            .unwrap_or_default(),
        data_gib: data.map(|d| round(d.gib, 1000.0)),
        disk_gib: data.map(|d| storage::least_disk_gib(d.gib)),
        vcores: compute.and_then(|c| c.vcores),
        memory_gib: compute.and_then(|c| c.memory_gib).map(|m| round(m, 10.0)),
        compute_basis: compute.map(|c| c.basis.to_owned()),
        compute_confidence: compute.map(|c| if c.is_sure { "sure" } else { "low" }.to_owned()),
        connections: activity.map(|a| a.connections),
        iops: activity.and_then(|a| a.iops()).map(|i| round(i, 10.0)),
        transactions_a_second: activity
            .and_then(|a| a.transactions_a_second())
            .map(|t| round(t, 10.0)),
    }
}

fn round(number: f64, parts: f64) -> f64 {
    (number * parts).round() / parts
}

fn offered(facts: &Facts) -> OfferedReport {
    let server = facts.server.as_ref().ok();
    let sku = server.and_then(|s| s.sku.as_ref().ok());
    let capabilities = facts.capabilities.as_ref().ok();
    let offer = sku.and_then(|sku| capabilities?.sku(&sku.name).ok());
    let disk = server.and_then(|s| s.storage.as_ref().ok());
    let size = disk.and_then(|d| d.size_gib.as_ref().ok()).copied();
    let grows = disk.and_then(|d| d.auto_grow.as_ref().ok());
    OfferedReport {
        sku: sku.map(|s| s.name.clone()),
        vcores: offer.map(|o| o.vcores),
        memory_gib: offer.map(|o| o.memory_gib),
        storage_gib: size,
        usable_gib: size.map(|s| round(storage::usable_gib(f64::from(s)), 10.0)),
        grows: grows.map(|g| {
            g.as_deref()
                .is_some_and(|g| g.eq_ignore_ascii_case("Enabled"))
        }),
        disk_iops: disk.and_then(|d| d.iops.as_ref().ok().copied().flatten()),
        sku_iops: offer.and_then(|o| o.iops),
    }
}

fn recommended(facts: &Facts, unknown: &mut Vec<String>) -> Option<RecommendedReport> {
    let capabilities = known(unknown, facts.capabilities.as_ref().map_err(Clone::clone))?;
    let need = Need::of(facts);
    if !need.knows_compute() {
        return None;
    }
    let server = facts.server.as_ref().ok();
    let location = server.and_then(|s| s.location.clone().ok());
    let Some(chosen) = smallest(capabilities, &need) else {
        unknown.push("no SKU of the location has all that is needed".to_owned());
        return None;
    };
    Some(RecommendedReport {
        location: location.or_else(|| facts.migration.location.as_ref().map(|l| l.name.clone())),
        with_headroom: with_headroom(capabilities, &need, &chosen)
            .as_ref()
            .map(choice),
        smallest: choice(&chosen),
        rejected: chosen
            .rejected
            .into_iter()
            .map(|(sku, lacks)| RejectedReport { sku, lacks })
            .collect(),
    })
}

fn choice(choice: &Choice) -> ChoiceReport {
    ChoiceReport {
        tier: choice.sku.tier.clone(),
        sku: choice.sku.name.clone(),
        vcores: choice.sku.vcores,
        memory_gib: choice.sku.memory_gib,
        zones: choice.sku.zones.clone(),
        storage_gib: choice.disk_gib,
        disk_iops: choice.disk_iops,
    }
}

fn estimate(facts: &Facts, data: &Data) -> EstimateReport {
    let server = facts.server.as_ref().ok();
    let sku = server.and_then(|s| s.sku.as_ref().ok());
    let capabilities = facts.capabilities.as_ref().ok();
    let vcores = sku.and_then(|s| Some(capabilities?.sku(&s.name).ok()?.vcores));
    let estimate = copy_time(data.gib, vcores);
    EstimateReport {
        data_gib: round(data.gib, 1000.0),
        hours: round(estimate.hours, 1000.0),
        low_hours: round(estimate.low, 1000.0),
        high_hours: round(estimate.high, 1000.0),
        words: estimate.words(),
        table: FIGURES.to_vec(),
        is_partial: !data.missing.is_empty(),
    }
}
