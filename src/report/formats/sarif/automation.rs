//! Identifies the Azure Pipelines build in the format that GitHub Advanced Security for Azure DevOps requires.

use std::collections::BTreeMap;

use super::sarif_model::AutomationDetails;

const PREFIX: &str = "azuredevops/pipeline/build/";

/// The build that produced a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PipelineBuild {
    organization: String,
    project: String,
    definition: String,
    definition_name: String,
    phase: String,
    phase_name: String,
    branch: String,
    build_id: String,
}

impl PipelineBuild {
    /// Reads the predefined variables of the agent. Returns `None` if a variable is missing or invalid. A run with
    /// invalid details is rejected as a whole, while a run without details is accepted.
    pub fn from_env(env: &dyn Fn(&str) -> Option<String>) -> Option<PipelineBuild> {
        let any = |names: &[&str]| names.iter().find_map(|name| env(name));
        let build = PipelineBuild {
            organization: organization_name(&env("SYSTEM_COLLECTIONURI")?)?,
            project: env("SYSTEM_TEAMPROJECTID").filter(|id| is_guid(id))?,
            definition: any(&["BUILD_DEFINITIONID", "SYSTEM_DEFINITIONID"])
                .filter(|id| id.parse::<u32>().is_ok_and(|id| id > 0))?,
            definition_name: env("BUILD_DEFINITIONNAME")?,
            phase: any(&["SYSTEM_PHASEID", "SYSTEM_JOBID"]).filter(|id| is_guid(id))?,
            phase_name: any(&["SYSTEM_PHASENAME", "SYSTEM_JOBNAME"])?,
            branch: env("BUILD_SOURCEBRANCH").filter(|b| b.starts_with("refs/"))?,
            build_id: env("BUILD_BUILDID").filter(|id| id.parse::<u64>().is_ok())?,
        };
        Some(build)
    }

    pub(crate) fn automation_details(&self) -> AutomationDetails {
        let properties = [
            ("buildDefinitionId", &self.definition),
            ("buildDefinitionName", &self.definition_name),
            ("phaseId", &self.phase),
            ("phaseName", &self.phase_name),
        ];
        let parts = [
            &self.organization,
            &self.project,
            &self.definition,
            &self.phase,
            &self.branch,
            &self.build_id,
        ];
        AutomationDetails {
            id: format!("{PREFIX}{}", parts.map(String::as_str).join("/")),
            properties: properties
                .map(|(key, value)| (format!("{PREFIX}{key}"), value.clone()))
                .into_iter()
                .collect::<BTreeMap<_, _>>(),
        }
    }
}

/// Returns the organization, such as `fabrikam` for `https://dev.azure.com/fabrikam/` and
/// `https://fabrikam.visualstudio.com/`.
fn organization_name(collection: &str) -> Option<String> {
    let url = url::Url::parse(collection).ok()?;
    let host = url.host_str()?;
    match host.strip_suffix(".visualstudio.com") {
        Some(name) => Some(name.to_owned()),
        None => url
            .path_segments()?
            .next()
            .filter(|s| !s.is_empty())
            .map(str::to_owned),
    }
}

fn is_guid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    let is_shaped = lengths.eq([8, 4, 4, 4, 12]);
    let digits = || text.chars().filter(|c| *c != '-');
    is_shaped && digits().all(|c| c.is_ascii_hexdigit()) && digits().any(|c| c != '0')
}
