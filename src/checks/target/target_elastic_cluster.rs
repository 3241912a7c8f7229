//! The migration service does not support elastic clusters, which consist of several servers behind one name. Since
//! 0.1.0.

use crate::checks::{Check, CheckResult, Finding, Needs, Object, OfficialRule, Severity};
use crate::facts::Facts;

pub const CHECK: Check = Check {
    id: "target-elastic-cluster",
    title: "The target is an elastic cluster",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Target,
    mode: None,
    official: &[OfficialRule::Prerequisite("target")],
    why: "The migration service is documented for flexible servers alone: an elastic cluster shards its tables over several \
          nodes, has one database of its own, and is filled in another way.",
    fix: "Migrate into a flexible server, or load the cluster with `pg_dump` and `pg_restore`.",
    verify: "az postgres flexible-server show --resource-group <group> --name <name> --query cluster",
    link: "https://learn.microsoft.com/azure/postgresql/elastic-clusters/concepts-elastic-clusters",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let is_cluster = *facts.server.as_ref()?.is_elastic_cluster.as_ref()?;
    Ok(is_cluster
        .then(|| Finding::new(Object::Server, "the target is an elastic cluster"))
        .into())
}
