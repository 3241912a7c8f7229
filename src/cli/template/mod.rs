//! `flexready template`: prints pipeline templates. They contain no secrets and refer to them only by variable.

use clap::{Args as ClapArgs, ValueEnum};

const STEPS: &str = include_str!("flexready-steps.yml");
const PIPELINE: &str = include_str!("azure-pipelines.yml");

#[derive(Debug, ClapArgs)]
pub struct Args {
    kind: Kind,
    /// Print one file alone [default: both, as two YAML documents]
    #[arg(long)]
    part: Option<Part>,
}

/// The system that a template is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    AzurePipelines,
}

/// A file of the template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The steps: install, check, publish
    Steps,
    /// A pipeline that uses them
    Pipeline,
}

impl Args {
    pub(super) fn text(&self) -> String {
        let Kind::AzurePipelines = self.kind;
        match self.part {
            Some(Part::Steps) => STEPS.to_owned(),
            Some(Part::Pipeline) => PIPELINE.to_owned(),
            None => format!("{STEPS}---\n{PIPELINE}"),
        }
    }
}
