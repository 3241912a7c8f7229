//! The pipeline that the process runs in.

use std::path::{Component, Path, PathBuf};

use super::env::env;
use crate::report::Report;
use crate::report::formats::sarif::{PipelineBuild, RunContext};

/// Whether the process runs in Azure Pipelines (TF_BUILD is `True`).
pub fn is_azure_pipelines() -> bool {
    env("TF_BUILD").is_some_and(|v| v.eq_ignore_ascii_case("true"))
}

/// The context of the run for SARIF: plan file and build.
pub fn run_context(report: &Report) -> RunContext {
    let plan = report.policy.plan.as_deref();
    RunContext {
        plan: plan.and_then(repository_path),
        build: is_azure_pipelines()
            .then(|| PipelineBuild::from_env(&env))
            .flatten(),
    }
}

/// The path relative to the agent's source directory, otherwise to the working directory, otherwise the file name.
fn repository_path(path: &str) -> Option<String> {
    let working_dir = std::env::current_dir().ok()?;
    let full_path = normalize_path(&working_dir.join(path));
    let roots = [
        env("BUILD_SOURCESDIRECTORY").map(PathBuf::from),
        Some(working_dir),
    ];
    let relative_path = roots
        .iter()
        .flatten()
        .find_map(|root| full_path.strip_prefix(normalize_path(root)).ok());
    let path = relative_path.or_else(|| full_path.file_name().map(Path::new))?;
    let parts = path.components().map(|c| c.as_os_str().to_string_lossy());
    Some(parts.collect::<Vec<_>>().join("/"))
}

/// The path without `.` and `..`, resolved lexically.
fn normalize_path(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            part => normal.push(part),
        }
    }
    normal
}
