//! The JSON types of sizing and estimate. An unknown value is null.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the source needs, what there is, and what would fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SizingReport {
    pub demand: DemandReport,
    /// The target as it is; null without one.
    pub offered: Option<OfferedReport>,
    /// Null when nothing of the location fits, or its offers are not known.
    pub recommended: Option<RecommendedReport>,
    /// What keeps it from being whole.
    pub unknown: Vec<String>,
}

/// What the source needs. Sizes in GiB.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DemandReport {
    pub databases: Vec<DatabaseSize>,
    /// The sum of all sizes that are known.
    pub data_gib: Option<f64>,
    /// The least disk for the copy and its write-ahead log: 1.25 times the data, and what must stay free.
    pub disk_gib: Option<f64>,
    pub vcores: Option<u32>,
    pub memory_gib: Option<f64>,
    /// How vCores and memory are known.
    pub compute_basis: Option<String>,
    /// `sure` or `low`.
    pub compute_confidence: Option<String>,
    /// Clients that were connected when it was asked.
    pub connections: Option<u32>,
    /// Reads and writes a second, on average since the statistics began.
    pub iops: Option<f64>,
    pub transactions_a_second: Option<f64>,
}

/// The size of one database.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DatabaseSize {
    pub name: String,
    pub gib: Option<f64>,
}

/// The target as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OfferedReport {
    pub sku: Option<String>,
    pub vcores: Option<u32>,
    pub memory_gib: Option<f64>,
    pub storage_gib: Option<u32>,
    /// How much can be filled before the server turns read-only.
    pub usable_gib: Option<f64>,
    /// Whether storage grows by itself.
    pub grows: Option<bool>,
    /// Of the disk.
    pub disk_iops: Option<u32>,
    /// Of the SKU; the smaller of both decides.
    pub sku_iops: Option<u32>,
}

/// What would fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RecommendedReport {
    pub location: Option<String>,
    pub smallest: ChoiceReport,
    /// For the time of the copy: twice the vCores, to be scaled down afterwards.
    pub with_headroom: Option<ChoiceReport>,
    /// Smaller SKUs of the location, and what each lacks.
    pub rejected: Vec<RejectedReport>,
}

/// A SKU and a disk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChoiceReport {
    pub tier: String,
    pub sku: String,
    pub vcores: u32,
    pub memory_gib: f64,
    pub zones: Vec<String>,
    /// Premium SSD; null while the data's size is not known.
    pub storage_gib: Option<u32>,
    pub disk_iops: Option<u32>,
}

/// A SKU that does not fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RejectedReport {
    pub sku: String,
    pub lacks: Vec<String>,
}

/// How long the copy takes: the documented times, interpolated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EstimateReport {
    pub data_gib: f64,
    pub hours: f64,
    /// By the quickest documented pace.
    pub low_hours: f64,
    /// By the slowest documented pace.
    pub high_hours: f64,
    /// For a reader.
    pub words: String,
    /// The documented times: GB and minutes, on a `Standard_D4ds_v4`.
    pub table: Vec<(f64, f64)>,
    /// Whether the size of some database is not in it.
    pub is_partial: bool,
}
