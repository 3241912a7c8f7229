//! Choice of the credential, which only depends on the environment. These tests do not request a token.

use std::collections::HashMap;
use std::time::Duration;

use flexready::backend::arm::{
    ArmBackend, ArmError, ArmLimits, ArmOptions, AuthMethod, ClientProof, Cloud, CredentialConfig,
    LoginCredential, choose_credential,
};

const CLIENT_SECRET: &[(&str, &str)] = &[
    ("AZURE_TENANT_ID", "t"),
    ("AZURE_CLIENT_ID", "c"),
    ("AZURE_CLIENT_SECRET", "canary"),
];
const WORKLOAD_IDENTITY: &[(&str, &str)] = &[
    ("AZURE_TENANT_ID", "t"),
    ("AZURE_CLIENT_ID", "c"),
    ("AZURE_FEDERATED_TOKEN_FILE", "/var/run/token"),
];
const AZURE_PIPELINES: &[(&str, &str)] = &[
    ("AZURESUBSCRIPTION_TENANT_ID", "t"),
    ("AZURESUBSCRIPTION_CLIENT_ID", "c"),
    ("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", "s"),
    ("SYSTEM_ACCESSTOKEN", "canary"),
    ("SYSTEM_OIDCREQUESTURI", "https://vstoken.local/"),
];
const SERVICE_CONNECTION: &[(&str, &str)] = &[
    ("tenantId", "t"),
    ("servicePrincipalId", "c"),
    ("idToken", "canary"),
];
const APP_SERVICE: &[(&str, &str)] = &[
    ("IDENTITY_ENDPOINT", "http://127.0.0.1:1"),
    ("IDENTITY_HEADER", "canary"),
];
const CLOUD_SHELL: &[(&str, &str)] = &[("MSI_ENDPOINT", "http://127.0.0.1:1")];

fn env_lookup(sets: &[&[(&str, &str)]]) -> impl Fn(&str) -> Option<String> + use<> {
    let all: HashMap<String, String> = sets
        .iter()
        .flat_map(|set| set.iter())
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect();
    move |name| all.get(name).cloned()
}

#[track_caller]
fn assert_chooses(auth: AuthMethod, sets: &[&[(&str, &str)]], az: bool, expected: AuthMethod) {
    assert_eq!(
        choose_credential(auth, &env_lookup(sets), az).map(|c| c.auth_method()),
        Ok(expected)
    );
}

#[test]
fn auto_chooses_the_first_complete_credential() {
    assert_chooses(
        AuthMethod::Auto,
        &[
            CLIENT_SECRET,
            WORKLOAD_IDENTITY,
            AZURE_PIPELINES,
            APP_SERVICE,
        ],
        true,
        AuthMethod::Environment,
    );
    assert_chooses(
        AuthMethod::Auto,
        &[WORKLOAD_IDENTITY, AZURE_PIPELINES, APP_SERVICE],
        true,
        AuthMethod::WorkloadIdentity,
    );
    let in_step = [AZURE_PIPELINES, SERVICE_CONNECTION, APP_SERVICE];
    assert_chooses(AuthMethod::Auto, &in_step, true, AuthMethod::AzurePipelines);
    assert_chooses(
        AuthMethod::Auto,
        &[SERVICE_CONNECTION, APP_SERVICE],
        true,
        AuthMethod::ServiceConnection,
    );
    assert_chooses(AuthMethod::Auto, &[APP_SERVICE], true, AuthMethod::AzureCli);
    assert_chooses(
        AuthMethod::Auto,
        &[APP_SERVICE],
        false,
        AuthMethod::ManagedIdentity,
    );
    assert_chooses(
        AuthMethod::Auto,
        &[CLOUD_SHELL],
        false,
        AuthMethod::ManagedIdentity,
    );
}

#[test]
fn an_incomplete_credential_is_skipped() {
    for complete in [
        CLIENT_SECRET,
        WORKLOAD_IDENTITY,
        AZURE_PIPELINES,
        SERVICE_CONNECTION,
    ] {
        for lacking in 0..complete.len() {
            let mut half = complete.to_vec();
            half.remove(lacking);
            assert_chooses(AuthMethod::Auto, &[&half], true, AuthMethod::AzureCli);
        }
    }
    assert_chooses(
        AuthMethod::Auto,
        &[&APP_SERVICE[..1]],
        true,
        AuthMethod::AzureCli,
    );
}

#[test]
fn empty_and_undefined_variables_are_ignored() {
    // Azure Pipelines passes an undefined variable as its literal text, `$(name)`.
    for nothing in ["", "  ", "$(System.AccessToken)"] {
        let env = env_lookup(&[AZURE_PIPELINES, &[("SYSTEM_ACCESSTOKEN", nothing)]]);
        assert_eq!(
            choose_credential(AuthMethod::Auto, &env, true).map(|c| c.auth_method()),
            Ok(AuthMethod::AzureCli)
        );
    }
}

#[test]
fn the_requested_auth_method_is_used() {
    let everything: &[&[(&str, &str)]] = &[
        CLIENT_SECRET,
        WORKLOAD_IDENTITY,
        AZURE_PIPELINES,
        SERVICE_CONNECTION,
        APP_SERVICE,
    ];
    let named = [
        AuthMethod::Environment,
        AuthMethod::WorkloadIdentity,
        AuthMethod::AzurePipelines,
        AuthMethod::ServiceConnection,
        AuthMethod::AzureCli,
        AuthMethod::ManagedIdentity,
    ];
    for auth in named {
        assert_chooses(auth, everything, true, auth);
    }
    assert_chooses(
        AuthMethod::ManagedIdentity,
        &[],
        false,
        AuthMethod::ManagedIdentity,
    );
    let user_assigned = choose_credential(
        AuthMethod::ManagedIdentity,
        &env_lookup(&[CLIENT_SECRET]),
        false,
    )
    .unwrap();
    assert!(
        matches!(user_assigned, CredentialConfig::ManagedIdentity { client: Some(c) } if c == "c")
    );
}

#[test]
fn missing_variables_are_named() {
    let error = choose_credential(
        AuthMethod::Environment,
        &env_lookup(&[&CLIENT_SECRET[..1]]),
        true,
    )
    .unwrap_err();
    let missing = "AZURE_CLIENT_ID, AZURE_CLIENT_SECRET".to_owned();
    assert_eq!(
        error,
        ArmError::IncompleteCredential {
            auth: "environment",
            missing
        }
    );
    let error = choose_credential(AuthMethod::AzureCli, &env_lookup(&[]), false).unwrap_err();
    assert!(error.to_string().contains("`az` on PATH"), "{error}");
}

#[test]
fn without_a_credential_the_error_lists_all_methods() {
    let text = choose_credential(AuthMethod::Auto, &env_lookup(&[]), false)
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

fn options_from_env(sets: &[&[(&str, &str)]]) -> Result<ArmOptions, ArmError> {
    ArmOptions::from_env(
        Cloud::Public,
        AuthMethod::Auto,
        Duration::from_secs(1),
        &env_lookup(sets),
    )
}

#[test]
fn an_access_token_takes_precedence() {
    for token in ["abc.def", " abc.def\n", "Bearer abc.def"] {
        let options =
            options_from_env(&[CLIENT_SECRET, &[("FLEXREADY_ACCESS_TOKEN", token)]]).unwrap();
        let LoginCredential::AccessToken(token) = options.credential else {
            panic!("{:?}", options.credential)
        };
        assert_eq!(secrecy::ExposeSecret::expose_secret(&token), "abc.def");
    }
    let error = options_from_env(&[&[("FLEXREADY_ACCESS_TOKEN", "canary and\nmore")]]).unwrap_err();
    assert_eq!(error, ArmError::BadAccessToken);
    assert!(!error.to_string().contains("canary"));
}

#[test]
fn the_endpoint_is_read_from_the_environment() {
    let set = |url| options_from_env(&[CLIENT_SECRET, &[("FLEXREADY_ARM_ENDPOINT", url)]]);
    let options = set("http://127.0.0.1:8080").unwrap();
    assert_eq!(options.endpoint.unwrap().as_str(), "http://127.0.0.1:8080/");
    assert!(matches!(
        set("management.azure.com"),
        Err(ArmError::BadEndpoint { .. })
    ));
    let error = set("//user:canary@host").unwrap_err().to_string();
    assert!(!error.contains("canary"), "{error}");
    assert!(
        options_from_env(&[CLIENT_SECRET])
            .unwrap()
            .endpoint
            .is_none()
    );
}

#[test]
fn the_azure_cli_is_found_on_the_path() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap().to_owned();
    let set = |path: &str| options_from_env(&[&[("PATH", path)]]).map(|o| o.credential.name());
    assert!(matches!(set(&path), Err(ArmError::NoCredential { .. })));
    let az = if cfg!(windows) { "az.cmd" } else { "az" };
    std::fs::write(folder.path().join(az), "").unwrap();
    assert_eq!(set(&path), Ok("azure-cli"));
}

/// Creating a credential only validates its settings. It does not send a request.
#[test]
fn credential_settings_are_validated_before_the_first_request() {
    let make = |chosen, authority: Option<&str>| {
        ArmBackend::new(ArmOptions {
            cloud: Cloud::China,
            endpoint: None,
            authority: authority.map(str::to_owned),
            credential: LoginCredential::Config(chosen),
            timeout: Duration::from_secs(1),
            limits: ArmLimits::default(),
        })
        .map(drop)
    };
    let secret = |tenant: &str| CredentialConfig::Environment {
        tenant: tenant.to_owned(),
        client: "c".to_owned(),
        secret: "canary".into(),
    };
    let file = tempfile::NamedTempFile::new().unwrap();
    let federated = CredentialConfig::WorkloadIdentity {
        tenant: "t".to_owned(),
        client: "c".to_owned(),
        token_file: file.path().to_str().unwrap().to_owned(),
    };
    assert_eq!(make(secret("t"), None), Ok(()));
    assert_eq!(make(secret("t"), Some("https://login.local")), Ok(()));
    assert_eq!(make(federated, None), Ok(()));
    for proof in [
        ClientProof::Key("canary".into()),
        ClientProof::IdToken("canary".into()),
    ] {
        let connection = CredentialConfig::ServiceConnection {
            tenant: "t".to_owned(),
            client: "c".to_owned(),
            proof,
        };
        assert_eq!(make(connection, None), Ok(()));
    }
    assert_eq!(make(CredentialConfig::AzureCli, None), Ok(()));
    assert_eq!(
        make(CredentialConfig::ManagedIdentity { client: None }, None),
        Ok(())
    );
    let unreadable = CredentialConfig::WorkloadIdentity {
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
