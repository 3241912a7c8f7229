//! The JSON report, as described by `flexready schema`. The order of the fields is their order in the file.

mod policy_report;
pub mod sizing_report;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::checks::{Object, Severity};
use crate::config::fleet_scope::FleetSummary;
use crate::config::{MigrationMode, MigrationScope};
use crate::facts::Grant;
use crate::reachability::path::NetworkPath;
use crate::verdict::{Status, Verdict};
use sizing_report::{EstimateReport, SizingReport};

pub use policy_report::{AppliedWaiver, PolicyReport, SeverityOverrideReport, WaiverReport};

/// The name of this shape; a breaking change raises the number.
pub const SCHEMA: &str = "flexready-report/1";

/// The result of one run.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// `flexready-report/1`.
    pub schema: String,
    pub tool: ToolInfo,
    /// When the answers were recorded: the clock of every judgement. RFC 3339, UTC.
    pub recorded_at: String,
    /// Whether the answers were composed by hand rather than recorded from servers.
    pub synthetic: bool,
    /// Who asked, as far as it is known.
    pub asked_as: IdentityReport,
    /// The worst verdict of all migrations.
    pub verdict: Verdict,
    /// Whether every migration may start.
    pub ready_to_migrate: bool,
    /// Findings of severity blocker, over all migrations.
    pub blockers: usize,
    pub exit_code: u8,
    pub exit_reason: String,
    pub policy: PolicyReport,
    /// Of a run over many servers; absent where one migration was judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fleet: Option<FleetReport>,
    pub migrations: Vec<MigrationReport>,
}

/// The program that made the report.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ToolInfo {
    pub name: String,
    pub version: String,
}

/// The identities that asked.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct IdentityReport {
    /// The credential that signed in to Azure, as `--auth` names it.
    pub azure_credential: Option<String>,
    /// The identity that the access token names.
    pub azure_identity: Option<String>,
}

/// One migration.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct MigrationReport {
    pub name: String,
    /// Its line in the plan; null without a plan.
    pub plan_line: Option<usize>,
    pub scope: MigrationScope,
    pub mode: MigrationMode,
    pub target: Option<TargetReport>,
    pub source: Option<SourceReport>,
    /// Where a server is to be sized before there is a target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<LocationReport>,
    /// The databases that are migrated; null when they could not be read.
    pub databases: Option<Vec<String>>,
    pub verdict: Verdict,
    pub ready_to_migrate: bool,
    pub summary: MigrationSummary,
    pub checks: Vec<CheckReport>,
    /// The way from the server that migrates to the source; null when one side alone is judged.
    pub path: Option<NetworkPath>,
    /// Null where one side alone is judged.
    pub sizing: Option<SizingReport>,
    /// How long the copy takes; null where the sizes are not known.
    pub estimate: Option<EstimateReport>,
    pub reads: ReadsReport,
}

/// The flexible server. What could not be read is null.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct TargetReport {
    pub id: String,
    pub version: Option<String>,
    pub sku: Option<String>,
    pub location: Option<String>,
}

/// A location of Azure, as a subscription sees it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct LocationReport {
    pub name: String,
    pub subscription: String,
}

/// The source server. What could not be read is null.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SourceReport {
    pub host: String,
    pub port: u16,
    pub user: String,
    /// Whom the service signs in as.
    pub migration_user: String,
    pub version: Option<String>,
    /// Where it runs: as the user says, else as the server shows; null when neither does.
    pub kind: Option<String>,
    /// Where the server shows otherwise than the user says: what it shows, and by what.
    pub kind_doubt: Option<String>,
    /// The TLS version of the connection that asked; null without TLS, or when there was no connection.
    pub tls: Option<String>,
}

/// Counts: of checks by status, of findings by severity. A waived finding is counted as waived alone.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct MigrationSummary {
    pub pass: usize,
    pub fail: usize,
    /// Checks without an answer.
    pub unknown: usize,
    /// Checks that found something, so that they count as `fail`, and could not look everywhere.
    #[serde(default)]
    pub unknown_in_part: usize,
    pub not_applicable: usize,
    pub out_of_scope: usize,
    pub waived: usize,
    pub blockers: usize,
    pub warnings: usize,
    pub notes: usize,
}

/// One check and how it came out.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CheckReport {
    pub id: String,
    pub area: String,
    pub title: String,
    /// What it weighs here: the catalogue's word, or the plan's.
    pub severity: Severity,
    pub status: Status,
    pub official: Vec<String>,
    pub link: String,
    /// At most 50 that count, then at most 50 that are waived; `count` and `waived` tell how many there are.
    pub findings: Vec<FindingReport>,
    pub count: usize,
    pub waived: usize,
    /// What could not be read, and what it counts as. Not empty when unknown; may be so when failed.
    pub missing: Vec<MissingReport>,
    /// What an unknown counts as here, where something is missing.
    pub unknown_as: Option<Severity>,
    /// For unknown and not_applicable.
    pub reason: Option<String>,
}

/// One thing that was found.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct FindingReport {
    /// `server`, `parameter/<name>`, `database/<name>`, `extension/<database>/<name>`, `replica/<name>`, `role/<name>`, `slot/<name>`, `session/<pid>`,
    /// `<database>/<kind>/<schema.name>`.
    pub object: Object,
    pub message: String,
    pub severity: Severity,
    /// The values that it rests on, by name.
    #[schemars(with = "BTreeMap<String, String>")]
    pub evidence: serde_json::Map<String, Value>,
    /// Whether a reader wants the evidence row by row.
    #[serde(skip, default)]
    pub is_table: bool,
    /// Commands or statements that mend it.
    pub fix: Vec<String>,
    /// Who answers for it, where the plan waives it: then it does not count.
    pub waived: Option<AppliedWaiver>,
}

/// Something that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MissingReport {
    /// The question without an answer; null when the plan lacks something.
    pub question: Option<String>,
    pub reason: String,
    /// What would make it known.
    pub remedy: Option<String>,
    /// The right that would make it known, where one alone would.
    pub grant: Option<Grant>,
}

/// What was asked.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct ReadsReport {
    pub arm_requests: usize,
    pub sql_queries: usize,
    pub refusals: Vec<FailureReport>,
}

/// A question that was refused.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct FailureReport {
    pub question: String,
    pub reason: String,
}

/// A run over many servers.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct FleetReport {
    #[serde(flatten)]
    pub summary: FleetSummary,
    /// Databases that more than one migration would write on the same target.
    pub collisions: Vec<CollisionReport>,
}

/// A database of a target that more than one migration would write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CollisionReport {
    /// The target's resource id.
    pub target: String,
    pub database: String,
    pub migrations: Vec<String>,
}
