//! Sizing and copy time, in a few lines.

use super::Page;
use crate::report::sizing::{
    ChoiceReport, EstimateReport, OfferedReport, RejectedReport, SizingReport,
};
use crate::report::text::visible;
use crate::sizing::demand::amount;
use crate::sizing::storage::BOUNDARY_GIB;

impl Page {
    pub(super) fn sizing(&mut self, sizing: &SizingReport) {
        self.gap();
        self.labelled(0, "size", &visible(&format!("needs {}", needs(sizing))));
        if let Some(offered) = &sizing.offered {
            self.labelled(0, "", &visible(&format!("has {}", has(offered))));
        }
        if let Some(recommended) = &sizing.recommended {
            let smallest = chosen(&recommended.smallest);
            let more = recommended
                .with_headroom
                .as_ref()
                .map(|c| format!("; with headroom for the copy {}", chosen(c)));
            let place = recommended
                .location
                .as_ref()
                .map(|l| format!(" in {l}"))
                .unwrap_or_default();
            let line = format!(
                "smallest that fits{place}: {smallest}{}",
                more.unwrap_or_default()
            );
            self.labelled(0, "", &visible(&line));
            if let Some(smaller) = smaller(&recommended.rejected) {
                self.labelled(0, "", &visible(&smaller));
            }
        }
        if !sizing.unknown.is_empty() {
            let line = format!("not known: {}", sizing.unknown.join("; "));
            self.labelled(0, "", &visible(&line));
        }
    }

    pub(super) fn estimate(&mut self, estimate: &EstimateReport) {
        let part = if estimate.is_partial {
            ", and what could not be read"
        } else {
            ""
        };
        let line = format!(
            "{} for {}{part}, by the documented times of a Standard_D4ds_v4",
            estimate.words,
            volume(estimate.data_gib)
        );
        self.labelled(0, "copy", &line);
    }
}

fn needs(sizing: &SizingReport) -> String {
    let demand = &sizing.demand;
    let compute = demand
        .compute_basis
        .as_ref()
        .map(|basis| format!("{} ({basis})", amount(demand.vcores, demand.memory_gib)));
    let data = demand
        .data_gib
        .zip(demand.disk_gib)
        .map(|(data, disk)| format!("a disk of {disk:.0} GiB ({} of data, 1.25 times that for the log, and the 5 % or 5 GiB that must stay free)", volume(data)));
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

fn has(offered: &OfferedReport) -> String {
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

fn chosen(choice: &ChoiceReport) -> String {
    let disk = choice.storage_gib.map(|gib| match gib {
        ..BOUNDARY_GIB => format!(" with {gib} GiB"),
        _ => format!(" with {gib} GiB (without host caching, from {BOUNDARY_GIB} on)"),
    });
    let figures = amount(Some(choice.vcores), Some(choice.memory_gib));
    format!("{} ({figures}){}", choice.sku, disk.unwrap_or_default())
}

/// Why nothing smaller will do: each reason once, by the first thing that a SKU lacks; the JSON report has all.
fn smaller(rejected: &[RejectedReport]) -> Option<String> {
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
fn volume(gib: f64) -> String {
    if gib < 1.0 {
        format!("{:.0} MiB", gib * 1024.0)
    } else {
        format!("{gib:.1} GiB")
    }
}
