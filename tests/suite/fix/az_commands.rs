//! The `az` commands that scripts can contain, with their flags. Source: Azure CLI 2.91.0 (released September 2026),
//! read on 2026-11-22: `azure/cli/command_modules/postgresql`, `network`, `privatedns`, `resource`, `role`, `util`.

use super::script_runner::ProgramCall;

/// Flags of every command.
const COMMON_FLAGS: &[&str] = &["--subscription", "--resource-group"];

const AZ_COMMANDS: &[(&str, &[&str])] = &[
    (
        "postgres flexible-server update",
        &[
            "--name",
            "--tier",
            "--sku-name",
            "--storage-size",
            "--performance-tier",
            "--iops",
            "--zonal-resiliency",
            "--allow-same-zone",
            "--standby-zone",
            "--password-auth",
            "--microsoft-entra-auth",
            "--yes",
        ],
    ),
    (
        "postgres flexible-server restart",
        &["--name", "--failover"],
    ),
    ("postgres flexible-server start", &["--name"]),
    ("postgres flexible-server show", &["--name", "--query"]),
    ("postgres flexible-server delete", &["--name", "--yes"]),
    (
        "postgres flexible-server upgrade",
        &["--name", "--version", "--validate-only", "--yes"],
    ),
    (
        "postgres flexible-server parameter set",
        &["--server-name", "--name", "--value", "--source"],
    ),
    (
        "postgres flexible-server db delete",
        &["--server-name", "--name", "--yes"],
    ),
    (
        "postgres flexible-server firewall-rule delete",
        &["--server-name", "--name", "--yes"],
    ),
    (
        "postgres flexible-server private-endpoint-connection approve",
        &["--server-name", "--name", "--description"],
    ),
    (
        "postgres flexible-server replica create",
        &[
            "--name",
            "--source-server",
            "--location",
            "--tier",
            "--sku-name",
            "--storage-size",
            "--zone",
            "--vnet",
            "--subnet",
            "--private-dns-zone",
            "--yes",
        ],
    ),
    (
        "postgres flexible-server replica promote",
        &["--name", "--promote-mode", "--promote-option", "--yes"],
    ),
    (
        "postgres flexible-server migration show",
        &["--server-name", "--name"],
    ),
    (
        "postgres flexible-server migration update",
        &[
            "--server-name",
            "--name",
            "--cutover",
            "--cancel",
            "--setup-replication",
        ],
    ),
    ("lock delete", &["--ids"]),
    (
        "lock create",
        &["--name", "--lock-type", "--resource", "--notes"],
    ),
    ("rest", &["--method", "--url", "--body"]),
    (
        "role assignment create",
        &["--role", "--scope", "--assignee"],
    ),
    ("ad signed-in-user show", &["--query", "--output"]),
    (
        "network nsg rule create",
        &[
            "--nsg-name",
            "--name",
            "--priority",
            "--direction",
            "--access",
            "--protocol",
            "--destination-address-prefixes",
            "--destination-port-ranges",
        ],
    ),
    (
        "network private-dns link vnet create",
        &[
            "--zone-name",
            "--name",
            "--virtual-network",
            "--registration-enabled",
        ],
    ),
    (
        "network route-table route delete",
        &["--route-table-name", "--name"],
    ),
    (
        "network vnet peering create",
        &[
            "--vnet-name",
            "--name",
            "--remote-vnet",
            "--allow-vnet-access",
        ],
    ),
    ("network vnet peering delete", &["--vnet-name", "--name"]),
    ("network vnet peering sync", &["--vnet-name", "--name"]),
    (
        "network vnet peering update",
        &["--vnet-name", "--name", "--set"],
    ),
    ("network vnet subnet update", &["--ids", "--delegations"]),
];

/// Required flags. Without them, the command fails or prompts for input.
const REQUIRED_FLAGS: &[(&str, &[&str])] = &[
    // Without `--subscription`, az silently uses the active subscription.
    ("lock delete", &["--subscription", "--ids"]),
    ("lock create", &["--subscription", "--name", "--lock-type"]),
    ("postgres flexible-server delete", &["--yes"]),
    ("postgres flexible-server upgrade", &["--version", "--yes"]),
    ("postgres flexible-server db delete", &["--name", "--yes"]),
    (
        "postgres flexible-server firewall-rule delete",
        &["--name", "--yes"],
    ),
    (
        "postgres flexible-server parameter set",
        &["--server-name", "--name", "--value"],
    ),
    (
        "postgres flexible-server private-endpoint-connection approve",
        &["--description"],
    ),
    (
        "postgres flexible-server replica create",
        &["--name", "--source-server"],
    ),
    ("postgres flexible-server replica promote", &["--yes"]),
    (
        "postgres flexible-server migration update",
        &["--server-name", "--name"],
    ),
];

/// Flags that change the size. With one of them, the command prompts unless it has `--yes`.
const RESIZE_FLAGS: &[&str] = &["--sku-name", "--storage-size"];

/// Returns the problem of an `az` call, based on the names of commands and flags.
pub fn call_problem(call: &ProgramCall) -> Option<String> {
    let words = &call.arguments;
    let verb: Vec<&str> = words
        .iter()
        .take_while(|w| !w.starts_with("--"))
        .map(String::as_str)
        .collect();
    let verb = verb.join(" ");
    let Some((_, known)) = AZ_COMMANDS.iter().find(|(v, _)| *v == verb) else {
        return Some(format!("az has no `{verb}`"));
    };
    let flags: Vec<&str> = words
        .iter()
        .filter(|w| w.starts_with("--"))
        .map(|w| w.split('=').next().unwrap())
        .collect();
    let unknown = flags
        .iter()
        .find(|f| !known.contains(f) && !COMMON_FLAGS.contains(f));
    if let Some(flag) = unknown {
        return Some(format!("`az {verb}` has no `{flag}`"));
    }
    let needed = REQUIRED_FLAGS
        .iter()
        .find(|(v, _)| *v == verb)
        .map_or(&[][..], |(_, n)| n);
    let asks = flags.iter().any(|f| RESIZE_FLAGS.contains(f)) && verb.ends_with("server update");
    let needed = needed.iter().chain(asks.then_some(&"--yes"));
    let lacking = needed.clone().find(|n| !flags.contains(n));
    lacking.map(|flag| format!("`az {verb}` lacks `{flag}`: {words:?}"))
}
