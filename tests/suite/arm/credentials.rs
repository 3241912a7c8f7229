//! Choice of the credential, which only depends on the environment. These tests do not request a token.

use std::collections::HashMap;
use std::time::Duration;

use flexready::inputs::arm::{
    Arm, ArmError, Auth, Chosen, Cloud, Limits, Options, Proof, SignIn, choose,
};

const SECRET: &[(&str, &str)] = &[
    ("AZURE_TENANT_ID", "t"),
    ("AZURE_CLIENT_ID", "c"),
    ("AZURE_CLIENT_SECRET", "canary"),
];
const FEDERATED: &[(&str, &str)] = &[
    ("AZURE_TENANT_ID", "t"),
    ("AZURE_CLIENT_ID", "c"),
    ("AZURE_FEDERATED_TOKEN_FILE", "/var/run/token"),
];
const PIPELINE: &[(&str, &str)] = &[
    ("AZURESUBSCRIPTION_TENANT_ID", "t"),
    ("AZURESUBSCRIPTION_CLIENT_ID", "c"),
    ("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", "s"),
    ("SYSTEM_ACCESSTOKEN", "canary"),
    ("SYSTEM_OIDCREQUESTURI", "https://vstoken.local/"),
];
const CONNECTION: &[(&str, &str)] = &[
    ("tenantId", "t"),
    ("servicePrincipalId", "c"),
    ("idToken", "canary"),
];
const APP: &[(&str, &str)] = &[
    ("IDENTITY_ENDPOINT", "http://127.0.0.1:1"),
    ("IDENTITY_HEADER", "canary"),
];
const SHELL: &[(&str, &str)] = &[("MSI_ENDPOINT", "http://127.0.0.1:1")];

fn env(sets: &[&[(&str, &str)]]) -> impl Fn(&str) -> Option<String> + use<> {
    let all: HashMap<String, String> = sets
        .iter()
        .flat_map(|set| set.iter())
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect();
    move |name| all.get(name).cloned()
}

#[track_caller]
fn takes(auth: Auth, sets: &[&[(&str, &str)]], az: bool, expected: Auth) {
    assert_eq!(choose(auth, &env(sets), az).map(|c| c.auth()), Ok(expected));
}

#[test]
fn auto_chooses_the_first_complete_credential() {
    takes(
        Auth::Auto,
        &[SECRET, FEDERATED, PIPELINE, APP],
        true,
        Auth::Environment,
    );
    takes(
        Auth::Auto,
        &[FEDERATED, PIPELINE, APP],
        true,
        Auth::WorkloadIdentity,
    );
    let in_step = [PIPELINE, CONNECTION, APP];
    takes(Auth::Auto, &in_step, true, Auth::AzurePipelines);
    takes(
        Auth::Auto,
        &[CONNECTION, APP],
        true,
        Auth::ServiceConnection,
    );
    takes(Auth::Auto, &[APP], true, Auth::AzureCli);
    takes(Auth::Auto, &[APP], false, Auth::ManagedIdentity);
    takes(Auth::Auto, &[SHELL], false, Auth::ManagedIdentity);
}

#[test]
fn an_incomplete_credential_is_skipped() {
    for complete in [SECRET, FEDERATED, PIPELINE, CONNECTION] {
        for lacking in 0..complete.len() {
            let mut half = complete.to_vec();
            half.remove(lacking);
            takes(Auth::Auto, &[&half], true, Auth::AzureCli);
        }
    }
    takes(Auth::Auto, &[&APP[..1]], true, Auth::AzureCli);
}

#[test]
fn empty_and_undefined_variables_are_ignored() {
    // Azure Pipelines passes an undefined variable as its literal text, `$(name)`.
    for nothing in ["", "  ", "$(System.AccessToken)"] {
        let env = env(&[PIPELINE, &[("SYSTEM_ACCESSTOKEN", nothing)]]);
        assert_eq!(
            choose(Auth::Auto, &env, true).map(|c| c.auth()),
            Ok(Auth::AzureCli)
        );
    }
}

#[test]
fn the_requested_auth_method_is_used() {
    let everything: &[&[(&str, &str)]] = &[SECRET, FEDERATED, PIPELINE, CONNECTION, APP];
    let named = [
        Auth::Environment,
        Auth::WorkloadIdentity,
        Auth::AzurePipelines,
        Auth::ServiceConnection,
        Auth::AzureCli,
        Auth::ManagedIdentity,
    ];
    for auth in named {
        takes(auth, everything, true, auth);
    }
    takes(Auth::ManagedIdentity, &[], false, Auth::ManagedIdentity);
    let user_assigned = choose(Auth::ManagedIdentity, &env(&[SECRET]), false).unwrap();
    assert!(matches!(user_assigned, Chosen::ManagedIdentity { client: Some(c) } if c == "c"));
}

#[test]
fn missing_variables_are_named() {
    let error = choose(Auth::Environment, &env(&[&SECRET[..1]]), true).unwrap_err();
    let missing = "AZURE_CLIENT_ID, AZURE_CLIENT_SECRET".to_owned();
    assert_eq!(
        error,
        ArmError::Missing {
            auth: "environment",
            missing
        }
    );
    let error = choose(Auth::AzureCli, &env(&[]), false).unwrap_err();
    assert!(error.to_string().contains("`az` on PATH"), "{error}");
}

#[test]
fn without_a_credential_the_error_lists_all_methods() {
    let text = choose(Auth::Auto, &env(&[]), false)
        .unwrap_err()
        .to_string();
    for name in [
        "FLEXREADY_ACCESS_TOKEN",
        "environment (no AZURE_TENANT_ID",
        "workload-identity (no AZURE_TENANT_ID",
        "azure-pipelines (no AZURESUBSCRIPTION_TENANT_ID",
        "service-connection (no tenantId, servicePrincipalId)",
        "azure-cli (no `az` on PATH)",
        "managed-identity (no IDENTITY_ENDPOINT",
        "`az login`",
    ] {
        assert!(text.contains(name), "{name} is not in: {text}");
    }
}

fn from_env(sets: &[&[(&str, &str)]]) -> Result<Options, ArmError> {
    Options::from_env(
        Cloud::Public,
        Auth::Auto,
        Duration::from_secs(1),
        &env(sets),
    )
}

#[test]
fn an_access_token_takes_precedence() {
    for token in ["abc.def", " abc.def\n", "Bearer abc.def"] {
        let options = from_env(&[SECRET, &[("FLEXREADY_ACCESS_TOKEN", token)]]).unwrap();
        let SignIn::Token(token) = options.sign_in else {
            panic!("{:?}", options.sign_in)
        };
        assert_eq!(secrecy::ExposeSecret::expose_secret(&token), "abc.def");
    }
    let error = from_env(&[&[("FLEXREADY_ACCESS_TOKEN", "canary and\nmore")]]).unwrap_err();
    assert_eq!(error, ArmError::BadAccessToken);
    assert!(!error.to_string().contains("canary"));
}

#[test]
fn the_endpoint_is_read_from_the_environment() {
    let set = |url| from_env(&[SECRET, &[("FLEXREADY_ARM_ENDPOINT", url)]]);
    let options = set("http://127.0.0.1:8080").unwrap();
    assert_eq!(options.endpoint.unwrap().as_str(), "http://127.0.0.1:8080/");
    assert!(matches!(
        set("management.azure.com"),
        Err(ArmError::BadEndpoint { .. })
    ));
    let error = set("//user:canary@host").unwrap_err().to_string();
    assert!(!error.contains("canary"), "{error}");
    assert!(from_env(&[SECRET]).unwrap().endpoint.is_none());
}

#[test]
fn the_azure_cli_is_found_on_the_path() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap().to_owned();
    let set = |path: &str| from_env(&[&[("PATH", path)]]).map(|o| o.sign_in.name());
    assert!(matches!(set(&path), Err(ArmError::NoCredential { .. })));
    let az = if cfg!(windows) { "az.cmd" } else { "az" };
    std::fs::write(folder.path().join(az), "").unwrap();
    assert_eq!(set(&path), Ok("azure-cli"));
}

/// Creating a credential only validates its settings. It does not send a request.
#[test]
fn credential_settings_are_validated_before_the_first_request() {
    let make = |chosen, authority: Option<&str>| {
        Arm::new(Options {
            cloud: Cloud::China,
            endpoint: None,
            authority: authority.map(str::to_owned),
            sign_in: SignIn::Chosen(chosen),
            timeout: Duration::from_secs(1),
            limits: Limits::default(),
        })
        .map(drop)
    };
    let secret = |tenant: &str| Chosen::Environment {
        tenant: tenant.to_owned(),
        client: "c".to_owned(),
        secret: "canary".into(),
    };
    let file = tempfile::NamedTempFile::new().unwrap();
    let federated = Chosen::WorkloadIdentity {
        tenant: "t".to_owned(),
        client: "c".to_owned(),
        token_file: file.path().to_str().unwrap().to_owned(),
    };
    assert_eq!(make(secret("t"), None), Ok(()));
    assert_eq!(make(secret("t"), Some("https://login.local")), Ok(()));
    assert_eq!(make(federated, None), Ok(()));
    for proof in [Proof::Key("canary".into()), Proof::IdToken("canary".into())] {
        let connection = Chosen::ServiceConnection {
            tenant: "t".to_owned(),
            client: "c".to_owned(),
            proof,
        };
        assert_eq!(make(connection, None), Ok(()));
    }
    assert_eq!(make(Chosen::AzureCli, None), Ok(()));
    assert_eq!(make(Chosen::ManagedIdentity { client: None }, None), Ok(()));
    let unreadable = Chosen::WorkloadIdentity {
        tenant: "t".to_owned(),
        client: "c".to_owned(),
        token_file: "no-such-file".to_owned(),
    };
    for error in [
        make(unreadable, None),
        make(secret("t/../x"), None),
        make(secret("t"), Some("http://login.local")),
    ] {
        let error = error.unwrap_err();
        assert!(matches!(error, ArmError::BadCredential { .. }), "{error}");
        assert!(!error.to_string().contains("canary"), "{error}");
    }
}
