//! Text for sizing and copy time: requirements, current target, and recommendation.

use crate::report::model::sizing_report::{
    ChoiceReport, EstimateReport, OfferedReport, RejectedReport, SizingReport,
};
use crate::sizing::requirements::amount;
use crate::sizing::storage_size::AUTOGROW_BOUNDARY_GIB;

/// `about 103 min (35 min to 2.2 h) for 77.5 GiB, by the documented times of a Standard_D4ds_v4`
pub(in crate::report) fn copy_time_phrase(estimate: &EstimateReport) -> String {
    let part = if estimate.is_partial {
        ", and what could not be read"
    } else {
        ""
    };
    format!(
        "{} for {}{part}, by the documented times of a Standard_D4ds_v4",
        estimate.words,
        format_gib(estimate.data_gib)
    )
}

pub(in crate::report) fn demand_phrase(sizing: &SizingReport) -> String {
    let demand = &sizing.demand;
    let compute = demand
        .compute_basis
        .as_ref()
        .map(|basis| format!("{} ({basis})", amount(demand.vcores, demand.memory_gib)));
    let data = demand
        .data_gib
        .zip(demand.disk_gib)
        .map(|(data, disk)| format!("a disk of {disk:.0} GiB ({} of data, 1.25 times that for the log, and the 5 % or 5 GiB that must stay free)", format_gib(data)));
    let connections = demand
        .connections
        .map(|c| format!("{c} connections at that moment"));
    let iops = demand
        .iops
        .map(|i| format!("{i:.0} reads and writes a second"));
    let known: Vec<String> = [compute, data, connections, iops]
        .into_iter()
        .flatten()
        .collect();
    if known.is_empty() {
        "what is not known".to_owned()
    } else {
        known.join(", ")
    }
}

pub(in crate::report) fn target_phrase(offered: &OfferedReport) -> String {
    let sku = offered
        .sku
        .as_ref()
        .map(|sku| match amount(offered.vcores, offered.memory_gib) {
            figures if figures.is_empty() => sku.clone(),
            figures => format!("{sku} ({figures})"),
        });
    let disk = offered
        .storage_gib
        .map(|gib| format!("a disk of {gib} GiB"));
    let iops = offered.disk_iops.into_iter().chain(offered.sku_iops).min();
    let iops = iops.map(|i| format!("{i} reads and writes a second"));
    let known: Vec<String> = [sku, disk, iops].into_iter().flatten().collect();
    if known.is_empty() {
        "what is not known".to_owned()
    } else {
        known.join(", ")
    }
}

pub(in crate::report) fn choice_phrase(choice: &ChoiceReport) -> String {
    let disk = choice.storage_gib.map(|gib| match gib {
        ..AUTOGROW_BOUNDARY_GIB => format!(" with {gib} GiB"),
        _ => format!(" with {gib} GiB (without host caching, from {AUTOGROW_BOUNDARY_GIB} on)"),
    });
    let figures = amount(Some(choice.vcores), Some(choice.memory_gib));
    format!("{} ({figures}){}", choice.sku, disk.unwrap_or_default())
}

/// Explains why smaller SKUs do not fit. Each reason appears once, from the first missing feature of each SKU. The JSON
/// report has all of them.
pub(in crate::report) fn rejected_phrase(rejected: &[RejectedReport]) -> Option<String> {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for RejectedReport { sku, lacks } in rejected {
        let why = lacks.first()?;
        match reasons.iter_mut().find(|(known, _)| known == why) {
            Some((_, skus)) => skus.push(sku),
            None => reasons.push((why, vec![sku])),
        }
    }
    let words = reasons.iter().map(|(why, skus)| match skus.as_slice() {
        [one] => format!("{one}: {why}"),
        [first, rest @ ..] => format!("{first} and {} more: {why}", rest.len()),
        [] => String::new(),
    });
    let words: Vec<String> = words.collect();
    (!words.is_empty()).then(|| format!("too small: {}", words.join("; ")))
}

/// `74.2 GiB`, `16 MiB`.
fn format_gib(gib: f64) -> String {
    if gib < 1.0 {
        format!("{:.0} MiB", gib * 1024.0)
    } else {
        format!("{gib:.1} GiB")
    }
}
