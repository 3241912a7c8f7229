//! The subset of SARIF 2.1.0 that flexready writes (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/>).

use std::collections::BTreeMap;

use serde::Serialize;

#[derive(Serialize)]
pub(crate) struct SarifLog {
    #[serde(rename = "$schema")]
    pub(crate) schema: &'static str,
    pub(crate) version: &'static str,
    pub(crate) runs: [SarifRun; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SarifRun {
    pub(crate) tool: SarifTool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) automation_details: Option<AutomationDetails>,
    pub(crate) invocations: [SarifInvocation; 1],
    pub(crate) results: Vec<SarifResult>,
    pub(crate) column_kind: &'static str,
}

#[derive(Serialize)]
pub(crate) struct SarifTool {
    pub(crate) driver: SarifDriver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SarifDriver {
    pub(crate) name: String,
    pub(crate) full_name: String,
    pub(crate) semantic_version: String,
    pub(crate) rules: Vec<SarifRule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SarifRule {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) short_description: SarifText,
    pub(crate) full_description: SarifText,
    pub(crate) help: SarifText,
    pub(crate) help_uri: String,
    pub(crate) default_configuration: RuleConfiguration,
    pub(crate) properties: RuleProperties,
}

#[derive(Serialize)]
pub(crate) struct RuleConfiguration {
    pub(crate) level: &'static str,
}

#[derive(Serialize)]
pub(crate) struct RuleProperties {
    pub(crate) tags: Vec<String>,
}

#[derive(Serialize)]
pub(crate) struct SarifText {
    pub(crate) text: String,
}

#[derive(Serialize)]
pub(crate) struct AutomationDetails {
    pub(crate) id: String,
    pub(crate) properties: BTreeMap<String, String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SarifInvocation {
    pub(crate) execution_successful: bool,
    pub(crate) exit_code: u8,
    pub(crate) exit_code_description: String,
    pub(crate) start_time_utc: String,
    pub(crate) tool_execution_notifications: Vec<SarifNotification>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) tool_configuration_notifications: Vec<SarifNotification>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SarifNotification {
    pub(crate) level: &'static str,
    pub(crate) message: SarifText,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) associated_rule: Option<RuleReference>,
}

#[derive(Serialize)]
pub(crate) struct RuleReference {
    pub(crate) id: String,
    pub(crate) index: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SarifResult {
    pub(crate) rule_id: String,
    pub(crate) rule_index: usize,
    pub(crate) kind: &'static str,
    pub(crate) level: &'static str,
    pub(crate) message: SarifText,
    pub(crate) locations: [SarifLocation; 1],
    pub(crate) partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) suppressions: Vec<SarifSuppression>,
    pub(crate) properties: ResultProperties,
}

#[derive(Serialize)]
pub(crate) struct ResultProperties {
    pub(crate) migration: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) target: Option<String>,
    pub(crate) unknown: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SarifLocation {
    pub(crate) physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) logical_locations: Vec<LogicalLocation>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PhysicalLocation {
    pub(crate) artifact_location: ArtifactLocation,
    pub(crate) region: SarifRegion,
}

#[derive(Serialize)]
pub(crate) struct ArtifactLocation {
    pub(crate) uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SarifRegion {
    pub(crate) start_line: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LogicalLocation {
    pub(crate) name: String,
    pub(crate) fully_qualified_name: String,
    pub(crate) kind: &'static str,
}

#[derive(Serialize)]
pub(crate) struct SarifSuppression {
    pub(crate) kind: &'static str,
    pub(crate) status: &'static str,
    pub(crate) justification: String,
    pub(crate) location: SarifLocation,
}
