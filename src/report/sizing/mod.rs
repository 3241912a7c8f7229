//! Builds the sizing and estimate sections of the report. An unknown value is null, and the report states the reason.

pub(super) mod sizing_phrases;

use crate::config::MigrationScope;
use crate::facts::{Fact, Facts, Missing};
use crate::reference::copy_time::COPY_TIMES;
use crate::sizing::copy_estimate::estimate_copy;
use crate::sizing::recommendation::{SkuRecommendation, smallest_sku, with_headroom};
use crate::sizing::requirements::{Requirements, SourceCompute, SourceData};
use crate::sizing::{GIB, requirements, storage_size};

pub use super::model::sizing_report::{
    ChoiceReport, DatabaseSize, DemandReport, EstimateReport, OfferedReport, RecommendedReport,
    RejectedReport, SizingReport,
};

/// Returns sizing and estimate, for a migration that has a source.
pub(super) fn build_sizing(facts: &Facts) -> (Option<SizingReport>, Option<EstimateReport>) {
    let is_sized =
        facts.migration.scope == MigrationScope::Pair || facts.migration.location.is_some();
    if !is_sized {
        return (None, None);
    }
    let mut unknown = Vec::new();
    let data = known_or_note(&mut unknown, requirements::source_data(facts));
    let compute = known_or_note(&mut unknown, requirements::source_compute(facts));
    if let Some(data) = &data {
        data.missing
            .iter()
            .for_each(|m| add_unknown(&mut unknown, m));
    }
    let demand = demand_report(facts, data.as_ref(), compute.as_ref());
    let sizing = SizingReport {
        offered: facts
            .migration
            .target
            .as_ref()
            .map(|_| offered_report(facts)),
        recommended: recommended_report(facts, &mut unknown),
        unknown,
        demand,
    };
    let estimate = data.map(|data| estimate_report(facts, &data));
    (Some(sizing), estimate)
}

fn known_or_note<T>(unknown: &mut Vec<String>, fact: Fact<T>) -> Option<T> {
    fact.map_err(|m| add_unknown(unknown, &m)).ok()
}

fn add_unknown(unknown: &mut Vec<String>, missing: &Missing) {
    let question = missing
        .question_key()
        .map(|q| format!("{q}: "))
        .unwrap_or_default();
    let remedy = missing.advice.as_deref();
    let remedy = remedy.map(|r| format!("; {r}")).unwrap_or_default();
    let text = format!("{question}{}{remedy}", missing.reason);
    if !unknown.contains(&text) {
        unknown.push(text);
    }
}

fn demand_report(
    facts: &Facts,
    data: Option<&SourceData>,
    compute: Option<&SourceCompute>,
) -> DemandReport {
    let activity = facts.io.as_ref().ok();
    let one = |(name, size): &(String, Fact<u64>)| DatabaseSize {
        name: name.clone(),
        gib: size
            .as_ref()
            .ok()
            .map(|bytes| round_to(*bytes as f64 / GIB, 1000.0)),
    };
    DemandReport {
        databases: data
            .map(|d| d.databases.iter().map(one).collect())
            .unwrap_or_default(),
        data_gib: data.map(|d| round_to(d.total_gib, 1000.0)),
        disk_gib: data.map(|d| storage_size::min_storage_gib(d.total_gib)),
        vcores: compute.and_then(|c| c.vcores),
        memory_gib: compute
            .and_then(|c| c.memory_gib)
            .map(|m| round_to(m, 10.0)),
        compute_basis: compute.map(|c| c.basis.to_owned()),
        compute_confidence: compute.map(|c| if c.is_reliable { "sure" } else { "low" }.to_owned()),
        connections: activity.map(|a| a.connections),
        iops: activity.and_then(|a| a.iops()).map(|i| round_to(i, 10.0)),
        transactions_a_second: activity
            .and_then(|a| a.transactions_per_second())
            .map(|t| round_to(t, 10.0)),
    }
}

fn round_to(number: f64, parts: f64) -> f64 {
    (number * parts).round() / parts
}

fn offered_report(facts: &Facts) -> OfferedReport {
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
        usable_gib: size.map(|s| round_to(storage_size::usable_gib(f64::from(s)), 10.0)),
        grows: grows.map(|g| {
            g.as_deref()
                .is_some_and(|g| g.eq_ignore_ascii_case("Enabled"))
        }),
        disk_iops: disk.and_then(|d| d.iops.as_ref().ok().copied().flatten()),
        sku_iops: offer.and_then(|o| o.iops),
    }
}

fn recommended_report(facts: &Facts, unknown: &mut Vec<String>) -> Option<RecommendedReport> {
    let capabilities = known_or_note(unknown, facts.capabilities.as_ref().map_err(Clone::clone))?;
    let need = Requirements::from_facts(facts);
    if !need.has_compute() {
        return None;
    }
    let server = facts.server.as_ref().ok();
    let location = server.and_then(|s| s.location.clone().ok());
    let Some(chosen) = smallest_sku(capabilities, &need) else {
        unknown.push("no SKU of the location has all that is needed".to_owned());
        return None;
    };
    Some(RecommendedReport {
        location: location.or_else(|| facts.migration.location.as_ref().map(|l| l.name.clone())),
        with_headroom: with_headroom(capabilities, &need, &chosen)
            .as_ref()
            .map(choice_report),
        smallest: choice_report(&chosen),
        rejected: chosen
            .rejected
            .into_iter()
            .map(|(sku, lacks)| RejectedReport { sku, lacks })
            .collect(),
    })
}

fn choice_report(choice: &SkuRecommendation) -> ChoiceReport {
    ChoiceReport {
        tier: choice.sku.tier.clone(),
        sku: choice.sku.name.clone(),
        vcores: choice.sku.vcores,
        memory_gib: choice.sku.memory_gib,
        zones: choice.sku.zones.clone(),
        storage_gib: choice.storage_gib,
        disk_iops: choice.storage_iops,
    }
}

fn estimate_report(facts: &Facts, data: &SourceData) -> EstimateReport {
    let server = facts.server.as_ref().ok();
    let sku = server.and_then(|s| s.sku.as_ref().ok());
    let capabilities = facts.capabilities.as_ref().ok();
    let vcores = sku.and_then(|s| Some(capabilities?.sku(&s.name).ok()?.vcores));
    let estimate = estimate_copy(data.total_gib, vcores);
    EstimateReport {
        data_gib: round_to(data.total_gib, 1000.0),
        hours: round_to(estimate.hours, 1000.0),
        low_hours: round_to(estimate.low_hours, 1000.0),
        high_hours: round_to(estimate.high_hours, 1000.0),
        words: estimate.format(),
        table: COPY_TIMES.to_vec(),
        is_partial: !data.missing.is_empty(),
    }
}
