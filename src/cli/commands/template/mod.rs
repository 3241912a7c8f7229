//! `flexready template`: prints pipeline templates. They contain no secrets and refer to them only by variable.

use clap::{Args as ClapArgs, ValueEnum};

const STEPS: &str = include_str!("flexready-steps.yml");
const PIPELINE: &str = include_str!("azure-pipelines.yml");

#[derive(Debug, ClapArgs)]
pub struct TemplateArgs {
    kind: TemplateKind,
    /// Print one file alone [default: both, as two YAML documents]
    #[arg(long)]
    part: Option<TemplatePart>,
}

/// The system that a template is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum TemplateKind {
    AzurePipelines,
}

/// A file of the template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum TemplatePart {
    /// The steps: install, check, publish
    Steps,
    /// A pipeline that uses them
    Pipeline,
}

impl TemplateArgs {
    pub(crate) fn render(&self) -> String {
        let TemplateKind::AzurePipelines = self.kind;
        match self.part {
            Some(TemplatePart::Steps) => STEPS.to_owned(),
            Some(TemplatePart::Pipeline) => PIPELINE.to_owned(),
            None => format!("{STEPS}---\n{PIPELINE}"),
        }
    }
}
